using Microsoft.AspNetCore.Http;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// The path that the server made of a request's target, before any middleware saw it. Only a path that still is this one may be matched by the
/// target: whoever has rewritten it since, wants another route.
/// </summary>
internal sealed class ReceivedPath
{
    private readonly string _path;

    private ReceivedPath(string path) => _path = path;

    /// <summary>Called before anything else. A path that is the target letter for letter, as most are, needs no note.</summary>
    public static void Note(HttpRequest request)
    {
        var path = request.PathBase.HasValue ? request.PathBase.Value + request.Path.Value : request.Path.Value;
        if (!RequestTarget.RawPath(request).SequenceEqual(path))
        {
            request.HttpContext.Features.Set(new ReceivedPath(path ?? ""));
        }
    }

    public static ReadOnlySpan<char> Of(HttpRequest request, ReadOnlySpan<char> raw) =>
        request.HttpContext.Features.Get<ReceivedPath>() is { } received ? received._path : raw;
}
