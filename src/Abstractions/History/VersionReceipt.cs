namespace EndpointSync;

/// <summary>A version of a registry's routes, and what the sync that made it did.</summary>
public sealed record VersionReceipt
{
    /// <summary>The version.</summary>
    public required RouteVersion Version { get; init; }

    /// <summary>When it was made, by the database's clock.</summary>
    public required DateTimeOffset SyncedAt { get; init; }

    /// <summary>The silo that made it.</summary>
    public required string Silo { get; init; }

    /// <summary>
    /// The fingerprint of its routes, as 64 hexadecimal digits; docs/protocol.md explains how to compute it.
    /// </summary>
    public required string ContentHash { get; init; }

    /// <summary>How many endpoints the sync marked as synced.</summary>
    public required int EndpointsSynced { get; init; }

    /// <summary>How many routes it has that the version before it had not.</summary>
    public required int RoutesAdded { get; init; }

    /// <summary>How many routes it has in another form than the version before it.</summary>
    public required int RoutesChanged { get; init; }

    /// <summary>How many routes the version before it had that it has not.</summary>
    public required int RoutesRemoved { get; init; }

    /// <summary>How many reloads shared the sync, those that silos begin by themselves among them.</summary>
    public required int Callers { get; init; }

    /// <summary>Why and for whom it was made, if a rollback made it; null otherwise.</summary>
    public RollbackReceipt? Rollback { get; init; }
}
