using Microsoft.Net.Http.Headers;

namespace EndpointSync.Silo.Api;

/// <summary>
/// Headers that keep browsers and caches from doing more with an answer than show it to its caller. Strict-Transport-
/// Security is left to the proxy: it holds for every port of a host, and the silo does not know the others.
/// </summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // At the start of the answer, because an exception handler clears what was set before.
        context.Response.OnStarting(() =>
        {
            Add(context.Response.Headers);
            return Task.CompletedTask;
        });
        return next(context);
    });

    private static void Add(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Pages of the console need more than nothing, and say what.
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd(HeaderNames.CacheControl, "no-store");
    }
}
