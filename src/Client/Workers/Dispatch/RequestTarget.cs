using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// The path that a request is matched by: the target as the client sent it, below the application's path base, decoded as Odoo decodes it. Where
/// a middleware has rewritten the path since, or the server does not tell the target, the request's path stands in.
/// </summary>
internal static class RequestTarget
{
    /// <summary>The decoded path, in the memory of the request or of the buffer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="buffer">Room for the path; used only if there is something to decode.</param>
    public static ReadOnlySpan<char> Decode(HttpRequest request, Span<char> buffer)
    {
        var raw = RawPath(request);
        var path = request.Path.Value ?? "";
        // The common case: nothing was encoded, so the server's own path is the target.
        if (raw.SequenceEqual(path) && !request.PathBase.HasValue)
        {
            return path.Contains('%', StringComparison.Ordinal) ? RequestPath.Decode(raw, buffer) : path;
        }

        return BelowBase(request, buffer, out var below) ? below : RequestPath.Decode(path, buffer);
    }

    /// <summary>How long a buffer has to be.</summary>
    public static int MostCharacters(HttpRequest request) =>
        Math.Max(RawTarget(request)?.Length ?? 0, (request.Path.Value?.Length ?? 0) + (request.PathBase.Value?.Length ?? 0));

    /// <summary>The target's path below the path base as the client sent it, undecoded; false if that cannot be told.</summary>
    public static bool TryGetRaw(HttpRequest request, out ReadOnlySpan<char> raw)
    {
        raw = RawPath(request);
        if (!BelowBase(request, new char[MostCharacters(request)], out var below))
        {
            return false;
        }

        Span<char> buffer = new char[raw.Length];
        var pathBase = request.PathBase.Value?.Length ?? 0;
        if (!RequestPath.Decode(raw, buffer).SequenceEqual(below))
        {
            raw = pathBase <= raw.Length ? raw[pathBase..] : raw;
        }

        return RequestPath.Decode(raw, buffer).SequenceEqual(below);
    }

    // Whether the target still is what path base and path were made of. The server resolves dot segments and keeps %2F, which is no rewriting.
    private static bool BelowBase(HttpRequest request, Span<char> buffer, out ReadOnlySpan<char> below)
    {
        var raw = RawPath(request);
        below = default;
        if (raw.IsEmpty)
        {
            return false;
        }

        var decoded = RequestPath.Decode(raw, buffer);
        var pathBase = (request.PathBase.Value ?? "").AsSpan();
        var path = (request.Path.Value ?? "").AsSpan();
        var based = decoded.StartsWith(pathBase, StringComparison.OrdinalIgnoreCase) && !decoded.SequenceEqual(path);
        below = based ? decoded[pathBase.Length..] : decoded;
        return below.Contains("/.", StringComparison.Ordinal) || below.SequenceEqual(path) || SameDecoded(below, path);
    }

    private static bool SameDecoded(ReadOnlySpan<char> below, ReadOnlySpan<char> path)
    {
        Span<char> buffer = path.Length <= 512 ? stackalloc char[512] : new char[path.Length];
        return below.SequenceEqual(RequestPath.Decode(path, buffer));
    }

    private static ReadOnlySpan<char> RawPath(HttpRequest request)
    {
        var target = RawTarget(request).AsSpan();
        if (!target.StartsWith('/'))
        {
            // The absolute form, as proxies are sent: the path begins after the host.
            var host = target.IndexOf("://", StringComparison.Ordinal);
            var path = host < 0 ? -1 : target[(host + 3)..].IndexOfAny('/', '?');
            target = path < 0 ? (host < 0 ? default : "/") : target[(host + 3 + path)..];
        }

        var query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];
        return target;
    }

    private static string? RawTarget(HttpRequest request) => request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
}
