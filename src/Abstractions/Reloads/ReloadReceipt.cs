namespace EndpointSync;

/// <summary>What a reload did. All callers that shared the sync get the same receipt.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.reload-receipt")]
public sealed record ReloadReceipt
{
    /// <summary>The registry that was reloaded.</summary>
    [Id(0)] public required string Registry { get; init; }

    /// <summary>How the reload ended.</summary>
    [Id(1)] public required ReloadOutcome Outcome { get; init; }

    /// <summary>
    /// The registry's route version when the receipt was written; 0 if the reload failed before reading it.
    /// </summary>
    [Id(2)] public RouteVersion Version { get; init; }

    /// <summary>The route version before this reload; equal to <see cref="Version"/> when no route changed.</summary>
    [Id(3)] public RouteVersion PreviousVersion { get; init; }

    /// <summary>How many endpoints were synced.</summary>
    [Id(4)] public int EndpointsSynced { get; init; }

    /// <summary>How many routes the new version adds to the previous one.</summary>
    [Id(5)] public int RoutesAdded { get; init; }

    /// <summary>How many routes differ between the two versions.</summary>
    [Id(6)] public int RoutesChanged { get; init; }

    /// <summary>How many routes of the previous version were removed.</summary>
    [Id(7)] public int RoutesRemoved { get; init; }

    /// <summary>
    /// How many due endpoints were left for the next sync: another session has their rows open, or there were too many
    /// for one deadline, as <see cref="Problem"/> says.
    /// </summary>
    [Id(8)] public int EndpointsDeferred { get; init; }

    /// <summary>
    /// The endpoints that cannot be routed, each with its reason: at most 100 of them; the registry's status has all.
    /// They are left out while all others go live.
    /// </summary>
    [Id(9)] public IReadOnlyList<RejectedEndpoint> Rejected { get; init; } = [];

    /// <summary>How many callers shared this sync.</summary>
    [Id(10)] public int Callers { get; init; }

    /// <summary>The silo that ran the sync.</summary>
    [Id(11)] public string Silo { get; init; } = "";

    /// <summary>How long each step took.</summary>
    [Id(12)] public ReloadTimings Timings { get; init; } = new();

    /// <summary>
    /// Why nothing was synced, if <see cref="Outcome"/> is <see cref="ReloadOutcome.Skipped"/> or
    /// <see cref="ReloadOutcome.Failed"/>; or why a large sync is not complete.
    /// </summary>
    [Id(13)] public ReloadProblem? Problem { get; init; }

    /// <summary>
    /// Which subscribers serve the version, if the caller waited for them; null if it did not, or if there was no
    /// version to wait for.
    /// </summary>
    [Id(14)] public Convergence? Convergence { get; init; }

    /// <summary>
    /// The session whose hold of the registry's lock made the reload skip; null if there was none, or if that session
    /// had ended before it was queried.
    /// </summary>
    [Id(15)] public LockHolder? LockHolder { get; init; }

    /// <summary>How many endpoints cannot be routed, including those that <see cref="Rejected"/> leaves out.</summary>
    [Id(16)] public int RejectedCount { get; init; }

    /// <summary>The registry's pin, if a reload of everything found one or a rollback set it; null otherwise.</summary>
    [Id(17)] public Pin? Pin { get; init; }

    /// <summary>The version that a rollback replaced; null for a reload, and if the table was the same.</summary>
    [Id(18)] public ReplacedVersion? Replaced { get; init; }

    /// <summary>
    /// The rollout that the reload began, or that keeps it from publishing anything; null if there is none.
    /// </summary>
    [Id(19)] public Rollout? Rollout { get; init; }

    /// <summary>
    /// Whether the reload was skipped because another process held the registry's lock, and not because rows were open
    /// elsewhere.
    /// </summary>
    public bool LockWasBusy => Outcome == ReloadOutcome.Skipped && EndpointsDeferred == 0;

    /// <summary>
    /// Whether the registry was in sync at <see cref="Version"/> when the receipt was written; if it is pinned, whether
    /// it has the pinned table. A reload that waits for the end of a rollout is not.
    /// </summary>
    public bool InSync =>
        Outcome is ReloadOutcome.UpToDate or ReloadOutcome.Synced or ReloadOutcome.Pinned && EndpointsDeferred == 0
            && !AwaitsRollout;

    /// <summary>Whether what is due waits for the end of a rollout. A sync of it is pending.</summary>
    public bool AwaitsRollout => Outcome == ReloadOutcome.Pinned && Rollout is not null;
}
