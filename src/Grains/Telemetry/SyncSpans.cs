using System.Diagnostics;
using EndpointSync.Core;

namespace EndpointSync.Grains.Telemetry;

/// <summary>
/// The spans from a request's sync to the silos that take up its version. Each method returns null if nobody traces.
/// </summary>
internal static class SyncSpans
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    /// <summary>
    /// Begins the span of a sync. It belongs to the request that began it and links to the others that share it.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="callers">The places in their traces of those that share the sync, the first one first.</param>
    public static Activity? StartSync(string registry, IReadOnlyList<string> callers)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var places = callers.Select(Read).Where(place => place != default).ToList();
        var parent = places.FirstOrDefault();
        // Below the call of the coordinator, if that is part of the same trace.
        parent = Activity.Current is { } call && call.TraceId == parent.TraceId ? call.Context : parent;
        var span = Source.StartActivity(
            ActivityKind.Internal, parent, links: places.Skip(1).Select(place => new ActivityLink(place)),
            name: "sync");
        return span?.SetTag(TelemetryNames.Registry, registry);
    }

    /// <summary>Begins the span of a message to a silo; only a version of a traced request has one.</summary>
    public static Activity? StartPublish(string registry, RouteVersion version, string silo, string? trace) =>
        Start("publish", ActivityKind.Producer, trace)
            ?.SetTag(TelemetryNames.Registry, registry)
            .SetTag(TelemetryNames.Version, version.Value)
            .SetTag(TelemetryNames.Silo, silo);

    /// <summary>Begins the span of a silo that takes up a published version.</summary>
    public static Activity? StartTakeUp(string registry, RouteVersion version, string? trace) =>
        Start("take up", ActivityKind.Consumer, trace)
            ?.SetTag(TelemetryNames.Registry, registry)
            .SetTag(TelemetryNames.Version, version.Value);

    private static Activity? Start(string name, ActivityKind kind, string? trace) =>
        TraceParent.TryRead(trace, out var parent) ? Source.StartActivity(name, kind, parent) : null;

    private static ActivityContext Read(string trace) =>
        TraceParent.TryRead(trace, out var place) ? place : default;
}
