namespace EndpointSync.Cli.Api;

/// <summary>The state of a registry.</summary>
internal sealed record RegistryStatus(
    string Registry, long Version, DateTimeOffset ChangedAt, string Silo, string ContentHash, long Endpoints,
    long Archived, long Unsynced, long Routes, bool SyncPending, bool Tracked, long ForeignWrites, long UnlockedWrites,
    IReadOnlyList<RepairBackoff> RepairBackoffs, IReadOnlyList<RejectedEndpoint> Quarantine, long QuarantineCount,
    LockHolder? LockHolder, IReadOnlyList<string> LeftOut, IReadOnlyList<string> OtherClusters, Pin? Pin = null,
    Rollout? Rollout = null);

/// <summary>An endpoint that cannot be routed.</summary>
internal sealed record RejectedEndpoint(long Id, string Name, string? RootPath, string Reason);

/// <summary>A page of the endpoints that cannot be routed.</summary>
internal sealed record QuarantineList(IReadOnlyList<RejectedEndpoint> Endpoints, long? Next);

/// <summary>An endpoint whose repairs another writer keeps undoing.</summary>
internal sealed record RepairBackoff(
    long EndpointId, long Repairs, DateTimeOffset Since, DateTimeOffset Until, ForeignWriter Writer);

/// <summary>Another writer's session.</summary>
internal sealed record ForeignWriter(string Role, string Application, long ProcessId, string? Address)
{
    public override string ToString() =>
        $"role '{Role}', application '{Application}', backend {ProcessId}, {Address ?? "local socket"}";
}

/// <summary>A change of routes by another writer.</summary>
internal sealed record ForeignWrite(
    ForeignWriter Writer, DateTimeOffset ChangedAt, string Operation, IReadOnlyList<string>? Keys, bool Locked,
    string Outcome, long? Version);

/// <summary>What other writers did.</summary>
internal sealed record WriterList(
    long Total, long Unlocked, IReadOnlyList<ForeignWrite> Writes, IReadOnlyList<RepairBackoff> RepairBackoffs);

/// <summary>The session that has the registry's lock.</summary>
internal sealed record LockHolder(
    long ProcessId, string Application, string Role, string? Client, string? State, DateTimeOffset Since,
    bool SinceFirstSeen, TimeSpan Held, string? Query);

/// <summary>The silos and workers that follow a registry.</summary>
internal sealed record SubscriberList(long Version, IReadOnlyList<Subscriber> Subscribers, string? Next = null);

/// <summary>A silo or a worker, and the version that it serves.</summary>
internal sealed record Subscriber(
    string Kind, string Name, string Silo, long Version, DateTimeOffset Since, long Lag, TimeSpan SilentFor,
    string? Problem, string? Ring = null);
