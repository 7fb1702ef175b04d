namespace EndpointSync.Core;

/// <summary>
/// The names by which dashboards and alerts know what silos and workers measure; docs/reference/telemetry.md explains
/// them, and tests compare the two.
/// </summary>
internal static class TelemetryNames
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Source = "EndpointSync";

    public const string Reloads = "endpointsync.reloads";
    public const string SyncDuration = "endpointsync.sync.duration";
    public const string SyncCallers = "endpointsync.sync.callers";
    public const string SyncRoundTrips = "endpointsync.sync.round_trips";
    public const string LockWait = "endpointsync.sync.lock.wait";
    public const string LockHold = "endpointsync.sync.lock.hold";
    public const string LockHeld = "endpointsync.lock.held";
    public const string RouteChanges = "endpointsync.route.changes";
    public const string Convergence = "endpointsync.convergence.duration";
    public const string ConvergenceTimeouts = "endpointsync.convergence.timeouts";
    public const string Polls = "endpointsync.polls";
    public const string PollHeals = "endpointsync.poll.heals";
    public const string Refusals = "endpointsync.refusals";

    public const string NewestVersion = "endpointsync.version";
    public const string ServedVersion = "endpointsync.version.served";
    public const string Routes = "endpointsync.routes";
    public const string Workers = "endpointsync.workers";
    public const string WorkersBehind = "endpointsync.workers.behind";
    public const string WorkersLag = "endpointsync.workers.lag";
    public const string FeedQuestions = "endpointsync.feed.questions";
    public const string FeedNewest = "endpointsync.feed.newest.queries";
    public const string Quarantine = "endpointsync.endpoints.quarantined";
    public const string RepairBackoffs = "endpointsync.endpoints.backoff";
    public const string ForeignWrites = "endpointsync.foreign.writes";
    public const string TriggersMissing = "endpointsync.triggers.missing";
    public const string History = "endpointsync.history.versions";
    public const string PendingSyncs = "endpointsync.syncs.pending";
    public const string Pinned = "endpointsync.pinned";
    public const string Watchers = "endpointsync.event.watchers";

    public const string WorkerQuestions = "endpointsync.worker.questions";
    public const string WorkerSwap = "endpointsync.worker.swap.duration";
    public const string WorkerConfirm = "endpointsync.worker.confirm.duration";
    public const string WorkerVersion = "endpointsync.worker.version";
    public const string WorkerLag = "endpointsync.worker.version.lag";
    public const string WorkerGuardQueries = "endpointsync.worker.guard.queries";
    public const string WorkerAnswers = "endpointsync.worker.answers";
    public const string WorkerTableAnswers = "endpointsync.worker.table.answers";
    public const string WorkerSiloSwitches = "endpointsync.worker.silo.switches";
    public const string WorkerSnapshot = "endpointsync.worker.snapshot";

    public const string Registry = "endpointsync.registry";
    public const string Outcome = "endpointsync.outcome";
    public const string Change = "endpointsync.change";
    public const string WaitedFor = "endpointsync.waited_for";
    public const string Reached = "endpointsync.reached";
    public const string Locked = "endpointsync.locked";
    public const string Reason = "endpointsync.reason";
    public const string Answer = "endpointsync.answer";
    public const string Table = "endpointsync.table";
    public const string Version = "endpointsync.version";
    public const string Callers = "endpointsync.callers";
    public const string Silo = "endpointsync.silo";
    public const string Worker = "endpointsync.worker";
    public const string Status = "http.response.status_code";

    /// <summary>The boundaries of the buckets of all durations, in seconds.</summary>
    public static IReadOnlyList<double> Seconds { get; } =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
}
