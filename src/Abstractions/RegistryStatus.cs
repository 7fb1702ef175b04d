namespace EndpointSync;

/// <summary>A registry's state as an operator sees it, in one snapshot.</summary>
public sealed record RegistryStatus
{
    /// <summary>The registry's name.</summary>
    public required string Registry { get; init; }

    /// <summary>The newest route version.</summary>
    public required RouteVersion Version { get; init; }

    /// <summary>When it was made; the time of the registry's installation for version 0.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The silo that made it.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>The fingerprint of its routes, as 64 hexadecimal digits; docs/protocol.md says how to compute it.</summary>
    public required string ContentHash { get; init; }

    /// <summary>How many endpoints are declared, archived ones included.</summary>
    public required int Endpoints { get; init; }

    /// <summary>How many of them are archived.</summary>
    public required int Archived { get; init; }

    /// <summary>How many of them are not flagged as synced.</summary>
    public required int Unsynced { get; init; }

    /// <summary>How many routes the newest version has, other consumers' included.</summary>
    public required int Routes { get; init; }

    /// <summary>Whether a reload was answered without a sync and is still owed one.</summary>
    public required bool SyncOwed { get; init; }

    /// <summary>Whether triggers note what other writers do; if not, polls find it, and each look reads the whole registry.</summary>
    public required bool Tracked { get; init; }

    /// <summary>How many statements of other writers changed routes since the registry was installed.</summary>
    public required long ForeignWrites { get; init; }

    /// <summary>How many of those were made without the registry's lock.</summary>
    public required long UnlockedWrites { get; init; }

    /// <summary>Endpoints whose routes another writer makes wrong again and again.</summary>
    public required IReadOnlyList<Dispute> Disputes { get; init; }

    /// <summary>The endpoints that cannot be routed.</summary>
    public required IReadOnlyList<RejectedEndpoint> Quarantine { get; init; }

    /// <summary>Who holds the registry's lock now; null when nobody does.</summary>
    public required LockHolder? LockHolder { get; init; }
}
