using EndpointSync.Worker.Serving;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The routes that decided a request. The version header is set when the response starts, so that an exception handler
/// that clears the response cannot remove it.
/// </summary>
internal sealed class Decision
{
    private readonly HttpContext _http;

    private Decision(HttpContext http, ServedRoutes routes) => (_http, Routes) = (http, routes);

    public ServedRoutes Routes { get; private set; }

    public static void Record(HttpContext http, ServedRoutes routes)
    {
        // Routing runs again if a middleware re-executes the request.
        if (http.Features.Get<Decision>() is { } decision)
        {
            decision.Routes = routes;
            return;
        }

        var first = new Decision(http, routes);
        http.Features.Set(first);
        http.Response.OnStarting(static state => ((Decision)state).WriteAsync(), first);
    }

    private Task WriteAsync()
    {
        _http.Response.Headers[SyncedHeaders.Version] = Routes.VersionHeader;
        return Task.CompletedTask;
    }
}
