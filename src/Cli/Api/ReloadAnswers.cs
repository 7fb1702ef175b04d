namespace EndpointSync.Cli.Api;

/// <summary>What a reload, a rollback or an unpin did.</summary>
internal sealed record ReloadReceipt(
    string Registry, string Outcome, long Version, long PreviousVersion, long EndpointsSynced, long RoutesAdded,
    long RoutesChanged, long RoutesRemoved, long EndpointsDeferred, IReadOnlyList<RejectedEndpoint> Rejected,
    long RejectedCount, long Callers, string Silo, ReloadTimings Timings, bool InSync, ReloadProblem? Problem = null,
    Convergence? Convergence = null, Pin? Pin = null, ReplacedVersion? Replaced = null,
    Rollout? Rollout = null);

/// <summary>How long a reload took.</summary>
internal sealed record ReloadTimings(TimeSpan Total, long Attempts, TimeSpan LockHeld);

/// <summary>Why a reload is not complete.</summary>
internal sealed record ReloadProblem(string Meaning, string Detail);

/// <summary>Which subscribers serve a version.</summary>
internal sealed record Convergence(
    string WaitedFor, TimeSpan Elapsed, long Silos, long Workers, IReadOnlyList<Subscriber> Missing, bool Reached);

/// <summary>The version that a registry is kept at, and who keeps it there.</summary>
internal sealed record Pin(
    long Version, long ToVersion, string By, DateTimeOffset At, string? Reason, long WaitingChanges);

/// <summary>The version that a rollback took back; how long it answered is known once all serve the next.</summary>
internal sealed record ReplacedVersion(long Version, DateTimeOffset PublishedAt, TimeSpan? ServedFor = null);

/// <summary>The pin of a registry, and what unpinning would change.</summary>
internal sealed record PinState(
    Pin? Pin, IReadOnlyList<RouteDifference> Changes, ReloadProblem? Problem = null, string? Next = null);

/// <summary>What a reload would do now; the counts are of the whole plan, the changes are a page of it.</summary>
internal sealed record Plan(
    string Registry, long Version, long Added, long Changed, long Removed, IReadOnlyList<RouteDifference> Changes,
    IReadOnlyList<RejectedEndpoint> Quarantine, long QuarantineCount, IReadOnlyList<long> Released, long ReleasedCount,
    long Waiting, ReloadProblem? Problem = null, Pin? Pin = null, string? Next = null);

/// <summary>The request of a rollback.</summary>
internal sealed record RollbackRequest(long ToVersion, long SeenVersion, string Reason);
