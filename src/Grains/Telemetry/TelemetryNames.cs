namespace EndpointSync.Grains.Telemetry;

/// <summary>
/// The names by which dashboards and alerts know what silos measure; docs/reference/telemetry.md explains them, and a
/// test compares the two.
/// </summary>
internal static class TelemetryNames
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Source = "EndpointSync";

    public const string Reloads = "endpointsync.reloads";
    public const string SyncDuration = "endpointsync.sync.duration";
    public const string SyncCallers = "endpointsync.sync.callers";
    public const string LockHold = "endpointsync.sync.lock.hold";
    public const string RouteChanges = "endpointsync.route.changes";
    public const string Convergence = "endpointsync.convergence.duration";
    public const string Polls = "endpointsync.polls";

    public const string NewestVersion = "endpointsync.version";
    public const string ServedVersion = "endpointsync.version.served";
    public const string Routes = "endpointsync.routes";
    public const string Workers = "endpointsync.workers";
    public const string WorkersBehind = "endpointsync.workers.behind";
    public const string Quarantine = "endpointsync.endpoints.quarantined";
    public const string RepairBackoffs = "endpointsync.endpoints.backoff";
    public const string ForeignWrites = "endpointsync.foreign.writes";
    public const string History = "endpointsync.history.versions";
    public const string PendingSyncs = "endpointsync.syncs.pending";

    public const string Registry = "endpointsync.registry";
    public const string Outcome = "endpointsync.outcome";
    public const string Change = "endpointsync.change";
    public const string WaitedFor = "endpointsync.waited_for";
    public const string Reached = "endpointsync.reached";
    public const string Locked = "endpointsync.locked";
    public const string Version = "endpointsync.version";
    public const string Callers = "endpointsync.callers";
}
