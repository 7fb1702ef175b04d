namespace EndpointSync.Cli.Api;

/// <summary>A new version.</summary>
internal sealed record VersionEvent(
    DateTimeOffset At, long Version, long PreviousVersion, string Silo, long RoutesAdded, long RoutesChanged,
    long RoutesRemoved, long Callers);

/// <summary>How many serve the newest version.</summary>
internal sealed record ConvergenceEvent(
    DateTimeOffset At, long Version, long Silos, long SilosServing, long Workers, long WorkersServing, bool Reached,
    IReadOnlyList<Subscriber> Missing, long MissingCount);

/// <summary>Endpoints that entered or left the quarantine.</summary>
internal sealed record QuarantineEvent(
    DateTimeOffset At, string Change, IReadOnlyList<RejectedEndpoint> Endpoints, long Count);

/// <summary>The lock was taken or released.</summary>
internal sealed record LockEvent(DateTimeOffset At, LockHolder? Holder);

/// <summary>Another writer changed routes.</summary>
internal sealed record ForeignWriteEvent(
    DateTimeOffset At, ForeignWriter Writer, string Operation, IReadOnlyList<string>? Keys, bool Locked,
    string Outcome, long? Version = null);

/// <summary>The registry was pinned or unpinned.</summary>
internal sealed record PinEvent(DateTimeOffset At, Pin? Pin);

/// <summary>A rollout began, reached another ring, or ended.</summary>
internal sealed record RolloutEvent(
    DateTimeOffset At, long Version, long HeldVersion, string By, IReadOnlyList<string> Rings, long Reached,
    string State, string? Reason = null);

/// <summary>A silo or a worker cannot serve a version; without a problem it is over.</summary>
internal sealed record ProblemEvent(
    DateTimeOffset At, string Source, string? Name = null, string? Silo = null, long? Version = null,
    string? Problem = null);

/// <summary>Events are missing.</summary>
internal sealed record GapEvent(DateTimeOffset At, string Reason, string? After = null);
