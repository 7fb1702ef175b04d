namespace EndpointSync;

/// <summary>A registry's state for operators, read in one snapshot.</summary>
public sealed record RegistryStatus
{
    /// <summary>The registry's name.</summary>
    public required string Registry { get; init; }

    /// <summary>The newest route version.</summary>
    public required RouteVersion Version { get; init; }

    /// <summary>When that version was made; for version 0, when the registry was installed.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The silo that made that version.</summary>
    public required string Silo { get; init; }

    /// <summary>
    /// The fingerprint of the version's routes, as 64 hexadecimal digits; docs/protocol.md explains how to compute it.
    /// </summary>
    public required string ContentHash { get; init; }

    /// <summary>How many endpoints are declared, including archived ones.</summary>
    public required int Endpoints { get; init; }

    /// <summary>How many of them are archived.</summary>
    public required int Archived { get; init; }

    /// <summary>How many of them are not flagged as synced.</summary>
    public required int Unsynced { get; init; }

    /// <summary>How many routes the newest version has, including those of other consumers.</summary>
    public required int Routes { get; init; }

    /// <summary>Whether a sync is pending: a reload was answered without one.</summary>
    public required bool SyncPending { get; init; }

    /// <summary>
    /// Whether triggers record other writers' changes. If not, polls find the changes, and each poll reads the whole
    /// registry.
    /// </summary>
    public required bool Tracked { get; init; }

    /// <summary>How many statements of other writers changed routes since the registry was installed.</summary>
    public required long ForeignWrites { get; init; }

    /// <summary>How many of those statements ran without the registry's lock.</summary>
    public required long UnlockedWrites { get; init; }

    /// <summary>Endpoints whose repairs another writer keeps undoing.</summary>
    public required IReadOnlyList<RepairBackoff> RepairBackoffs { get; init; }

    /// <summary>
    /// The endpoints that cannot be routed, in the order of their ids. Over HTTP the first hundred; the list of the
    /// quarantine has all.
    /// </summary>
    public required IReadOnlyList<RejectedEndpoint> Quarantine { get; init; }

    /// <summary>How many endpoints cannot be routed.</summary>
    public required int QuarantineCount { get; init; }

    /// <summary>The current holder of the registry's lock; null if the lock is free.</summary>
    public required LockHolder? LockHolder { get; init; }

    /// <summary>The pin that keeps the registry at one table; null if there is none.</summary>
    public Pin? Pin { get; init; }

    /// <summary>The rollout that runs; null if none does.</summary>
    public Rollout? Rollout { get; init; }

    /// <summary>
    /// Rows of other consumers that no version has, because their key is longer than 2,000 bytes or the row has bytes
    /// that are no text: the first 80 characters of each key, of at most ten rows.
    /// </summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>
    /// Other clusters that listen to the registry's database, by the ids that they give: at most ten. Their silos serve
    /// the same versions, and a wait for silos or workers counts only this cluster's.
    /// </summary>
    public required IReadOnlyList<string> OtherClusters { get; init; }
}
