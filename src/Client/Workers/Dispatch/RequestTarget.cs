using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// The path that a request is matched by: the target as the client sent it, below the application's path base, decoded once, as Odoo decodes it.
/// Where a middleware has rewritten the path since, or the server does not tell the target, the request's path stands in.
/// </summary>
internal static class RequestTarget
{
    private const string Slash = "%2F";

    /// <summary>The decoded path, in the memory of the request or of the buffer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="buffer">Room for the path; used only if there is something to decode.</param>
    public static ReadOnlySpan<char> Decode(HttpRequest request, Span<char> buffer)
    {
        var path = request.Path.Value.AsSpan();
        // The common case: nothing was encoded, so the server's own path is the target.
        if (!request.PathBase.HasValue && !path.Contains('%') && RawPath(request).SequenceEqual(path))
        {
            return path;
        }

        return TryGetRaw(request, out var raw) ? RequestPath.Decode(raw, buffer) : DecodeSlashes(path, buffer);
    }

    /// <summary>How long a buffer has to be.</summary>
    public static int MostCharacters(HttpRequest request) => Math.Max(RawTarget(request)?.Length ?? 0, request.Path.Value?.Length ?? 0);

    /// <summary>The target's path below the path base as the client sent it, undecoded; false if the path is another since, or it cannot be told.</summary>
    public static bool TryGetRaw(HttpRequest request, out ReadOnlySpan<char> raw)
    {
        raw = RawPath(request);
        var received = ReceivedPath.Of(request, raw);
        var path = request.Path.Value.AsSpan();
        // A path base beside the whole path: that of a proxy that has cut it off already.
        if (received.SequenceEqual(path))
        {
            return true;
        }

        var pathBase = request.PathBase.Value.AsSpan();
        return received.Length == pathBase.Length + path.Length && received.StartsWith(pathBase) && received.EndsWith(path) && TryCut(ref raw, pathBase);
    }

    /// <summary>The path of the target as the client sent it.</summary>
    public static ReadOnlySpan<char> RawPath(HttpRequest request)
    {
        var target = RawTarget(request).AsSpan();
        if (!target.StartsWith('/'))
        {
            // The absolute form, as proxies are sent: the path begins after the host.
            var host = target.IndexOf("://", StringComparison.Ordinal);
            var path = host < 0 ? -1 : target[(host + 3)..].IndexOfAny('/', '?');
            target = path >= 0 && target[host + 3 + path] == '/' ? target[(host + 3 + path)..] : host < 0 ? default : "/";
        }

        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    // The server keeps the slashes where the target has them, so the base is as many segments here as there; unless dot segments went before it.
    private static bool TryCut(ref ReadOnlySpan<char> raw, ReadOnlySpan<char> pathBase)
    {
        var end = 0;
        for (var segments = pathBase.Count('/'); segments > 0 && end < raw.Length; segments--)
        {
            var slash = raw[(end + 1)..].IndexOf('/');
            end = slash < 0 ? raw.Length : end + 1 + slash;
        }

        var isBase = RequestPath.Decode(raw[..end], new char[end]).SequenceEqual(DecodeSlashes(pathBase, new char[pathBase.Length]));
        raw = raw[end..];
        return isBase;
    }

    // The slash is what a server leaves encoded in a path. What else looks encoded there was encoded twice, and is text by now.
    private static ReadOnlySpan<char> DecodeSlashes(ReadOnlySpan<char> path, Span<char> buffer)
    {
        if (!path.Contains(Slash, StringComparison.OrdinalIgnoreCase))
        {
            return path;
        }

        var written = 0;
        for (var position = 0; position < path.Length;)
        {
            var isSlash = path[position..].StartsWith(Slash, StringComparison.OrdinalIgnoreCase);
            buffer[written++] = isSlash ? '/' : path[position];
            position += isSlash ? Slash.Length : 1;
        }

        return buffer[..written];
    }

    private static string? RawTarget(HttpRequest request) => request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
}
