using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The path that the server made of a request's target, before any middleware. Only an unchanged path may be matched by
/// the target: a middleware that rewrites the path wants another route.
/// </summary>
internal sealed class ReceivedPath
{
    private readonly string _path;

    private ReceivedPath(string path) => _path = path;

    /// <summary>
    /// Records the path before all other middleware. A path that is identical to the target, as most are, is not
    /// recorded.
    /// </summary>
    public static void Record(HttpRequest request)
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
