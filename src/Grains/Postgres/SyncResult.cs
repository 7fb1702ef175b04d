using EndpointSync.Publishing;

namespace EndpointSync.Grains.Postgres;

/// <summary>How one attempt to sync ended; a receipt without the times.</summary>
internal sealed record SyncResult(ReloadOutcome Outcome, RouteVersion Version, RouteVersion PreviousVersion)
{
    public int EndpointsSynced { get; init; }

    public int EndpointsDeferred { get; init; }

    public RouteCounts Routes { get; init; }

    public IReadOnlyList<RejectedEndpoint> Rejected { get; init; } = [];

    public LockHolder? LockHolder { get; init; }

    public TimeSpan LockHeld { get; init; }

    /// <summary>What leads from the previous version to the new one; null if there is no new one, or if it is too much to be handed around.</summary>
    public RouteDelta? Delta { get; init; }
}
