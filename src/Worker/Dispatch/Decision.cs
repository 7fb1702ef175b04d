using EndpointSync.Routing;
using EndpointSync.Worker.Serving;
using EndpointSync.Worker.Telemetry;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The routes that decided a request. The version header is set when the response starts, so that an exception handler
/// that clears the response cannot remove it.
/// </summary>
internal sealed class Decision
{
    private readonly HttpContext _http;
    private WorkerTelemetry? _telemetry;
    private bool _isMissed;

    private Decision(HttpContext http, ServedRoutes routes) => (_http, Routes) = (http, routes);

    public ServedRoutes Routes { get; private set; }

    /// <summary>Records what decided the worker's request to itself, which is not counted.</summary>
    public static void Record(HttpContext http, ServedRoutes routes) => Of(http, routes);

    /// <summary>Records what decided a request, which is counted when it is answered.</summary>
    public static void Record(HttpContext http, ServedRoutes routes, WorkerTelemetry telemetry, RouteOutcome outcome)
    {
        var decision = Of(http, routes);
        decision._isMissed = outcome is RouteOutcome.NotFound or RouteOutcome.MethodNotAllowed;
        if (decision._telemetry is null)
        {
            http.Response.OnCompleted(static state => ((Decision)state).CountAsync(), decision);
        }

        decision._telemetry = telemetry;
    }

    private static Decision Of(HttpContext http, ServedRoutes routes)
    {
        // Routing runs again if a middleware re-executes the request.
        if (http.Features.Get<Decision>() is { } decision)
        {
            decision.Routes = routes;
            return decision;
        }

        var first = new Decision(http, routes);
        http.Features.Set(first);
        http.Response.OnStarting(static state => ((Decision)state).WriteAsync(), first);
        return first;
    }

    private Task WriteAsync()
    {
        _http.Response.Headers[SyncedHeaders.Version] = Routes.VersionHeader;
        return Task.CompletedTask;
    }

    private Task CountAsync()
    {
        var status = _http.Response.StatusCode;
        _telemetry!.CountAnswer(
            Routes,
            status >= StatusCodes.Status500InternalServerError ? AnswerKind.Failed
                : _isMissed ? AnswerKind.Missed
                : AnswerKind.Served,
            status);
        return Task.CompletedTask;
    }
}
