using System.Diagnostics;
using EndpointSync.Core;
using EndpointSync.Worker.Serving;

namespace EndpointSync.Worker.Telemetry;

/// <summary>
/// The spans of a version's way through a worker, in the trace of the reload that made it. Each method does nothing if
/// that reload is not traced or nobody listens.
/// </summary>
internal static class WorkerSpans
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    /// <summary>Begins the span of taking up an answer with a newer table.</summary>
    public static Activity? StartSwap(WorkerIdentity worker, RouteVersion version, string? trace) =>
        Start("swap", worker, version, trace, default);

    /// <summary>Begins the span of the worker's request to itself that confirms a version.</summary>
    public static Activity? StartConfirm(WorkerIdentity worker, ServedRoutes routes) =>
        Start("confirm", worker, routes.Version, routes.Trace, default);

    /// <summary>
    /// Records the span from the swap to the end of the first request that the version's table decided. The request
    /// belongs to its caller's trace, and the span links to it.
    /// </summary>
    public static void RecordFirstAnswer(WorkerIdentity worker, ServedRoutes routes, int status)
    {
        var request = Activity.Current;
        using var span = Start("first answer", worker, routes.Version, routes.Trace, routes.SwappedAt);
        span?.SetTag(TelemetryNames.Status, status);
        if (request is not null)
        {
            span?.AddLink(new ActivityLink(request.Context));
        }
    }

    private static Activity? Start(
        string name, WorkerIdentity worker, RouteVersion version, string? trace, DateTimeOffset begun) =>
        TraceParent.TryRead(trace, out var parent)
            ? Source.StartActivity(ActivityKind.Internal, parent, startTime: begun, name: name)
                ?.SetTag(TelemetryNames.Registry, worker.Registry)
                .SetTag(TelemetryNames.Worker, worker.Name)
                .SetTag(TelemetryNames.Version, version.Value)
            : null;
}
