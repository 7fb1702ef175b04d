using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Whether an application's middleware sees the path that a synced route was found by. Routes are matched by the
/// target as the client sent it, as Odoo matches them. The server's own path keeps encoded slashes, resolves dot
/// segments, and keeps repeated slashes at its start. Where the two differ, a middleware that guards <c>/admin</c>
/// would be walked around.
/// </summary>
internal static class PathAgreement
{
    /// <param name="request">The request.</param>
    /// <param name="matched">The decoded path that the route was found by.</param>
    public static bool IsGiven(HttpRequest request, ReadOnlySpan<char> matched)
    {
        var path = request.Path.Value.AsSpan();
        // A route table ignores further slashes at the start, as Werkzeug does.
        return path.SequenceEqual(matched) && !path.StartsWith("//");
    }
}
