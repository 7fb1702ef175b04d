using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The path that a request is matched by: the target as the client sent it, below the application's path base, decoded
/// once, as Odoo decodes it. If a middleware has rewritten the path, or the server does not expose the target, the
/// request's path is used instead.
/// </summary>
internal static class RequestTarget
{
    private const string Slash = "%2F";

    /// <summary>Decodes the path, in the memory of the request or of the buffer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="buffer">Space for the path; used only if there is something to decode.</param>
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

    /// <summary>The required length of the buffer.</summary>
    public static int MostCharacters(HttpRequest request) =>
        Math.Max(RawTarget(request)?.Length ?? 0, request.Path.Value?.Length ?? 0);

    /// <summary>
    /// The target's path below the path base, undecoded, as the client sent it. False if the path was rewritten, or if
    /// that is unknown.
    /// </summary>
    public static bool TryGetRaw(HttpRequest request, out ReadOnlySpan<char> raw)
    {
        raw = RawPath(request);
        var received = ReceivedPath.Of(request, raw);
        var path = request.Path.Value.AsSpan();
        // The path base is not part of the target: a proxy has already removed it.
        if (received.SequenceEqual(path))
        {
            return true;
        }

        var pathBase = request.PathBase.Value.AsSpan();
        return received.Length == pathBase.Length + path.Length
            && received.StartsWith(pathBase) && received.EndsWith(path) && TryCut(ref raw, pathBase);
    }

    /// <summary>The target as the client sent it, with the query; empty if the server does not expose it.</summary>
    public static ReadOnlySpan<char> Raw(HttpRequest request) => RawTarget(request);

    /// <summary>The path of the target as the client sent it.</summary>
    public static ReadOnlySpan<char> RawPath(HttpRequest request)
    {
        var target = Raw(request);
        if (!target.StartsWith('/'))
        {
            // The absolute form, as sent to proxies: the path begins after the host.
            var host = target.IndexOf("://", StringComparison.Ordinal);
            var path = host < 0 ? -1 : target[(host + 3)..].IndexOfAny('/', '?');
            target = path >= 0 && target[host + 3 + path] == '/'
                ? target[(host + 3 + path)..]
                : host < 0
                ? default
                : "/";
        }

        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    // The server keeps the target's slashes, so the base has the same number of segments in both, unless dot segments
    // come before it.
    private static bool TryCut(ref ReadOnlySpan<char> raw, ReadOnlySpan<char> pathBase)
    {
        var end = 0;
        for (var segments = pathBase.Count('/'); segments > 0 && end < raw.Length; segments--)
        {
            var slash = raw[(end + 1)..].IndexOf('/');
            end = slash < 0 ? raw.Length : end + 1 + slash;
        }

        var isBase = RequestPath.Decode(raw[..end], new char[end])
            .SequenceEqual(DecodeSlashes(pathBase, new char[pathBase.Length]));
        raw = raw[end..];
        return isBase;
    }

    // A server leaves only the slash encoded in a path. Every other escape in it was encoded twice, and is already
    // text.
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

    private static string? RawTarget(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
}
