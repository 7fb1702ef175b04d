namespace EndpointSync;

/// <summary>What a reload did; every caller that shared the sync gets the same one.</summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.ReloadReceipt")]
public sealed record ReloadReceipt
{
    /// <summary>The registry that was asked to be current.</summary>
    [Id(0)] public required string Registry { get; init; }

    /// <summary>How the reload ended.</summary>
    [Id(1)] public required ReloadOutcome Outcome { get; init; }

    /// <summary>The route version that the registry had when the receipt was written; 0 if the reload failed before it could be read.</summary>
    [Id(2)] public RouteVersion Version { get; init; }

    /// <summary>The route version before this reload; equal to <see cref="Version"/> when no route changed.</summary>
    [Id(3)] public RouteVersion PreviousVersion { get; init; }

    /// <summary>How many endpoints were brought in line.</summary>
    [Id(4)] public int EndpointsSynced { get; init; }

    /// <summary>How many routes the new version has that the previous one had not.</summary>
    [Id(5)] public int RoutesAdded { get; init; }

    /// <summary>How many routes differ between the two versions.</summary>
    [Id(6)] public int RoutesChanged { get; init; }

    /// <summary>How many routes of the previous version are gone.</summary>
    [Id(7)] public int RoutesRemoved { get; init; }

    /// <summary>How many due endpoints were left for the next sync because another session has their rows open.</summary>
    [Id(8)] public int EndpointsDeferred { get; init; }

    /// <summary>The endpoints that cannot be routed, each with its reason; they are left out while the rest go live.</summary>
    [Id(9)] public IReadOnlyList<RejectedEndpoint> Rejected { get; init; } = [];

    /// <summary>How many callers shared this sync.</summary>
    [Id(10)] public int Callers { get; init; }

    /// <summary>The silo that ran the sync.</summary>
    [Id(11)] public string Silo { get; init; } = "";

    /// <summary>Where the time went.</summary>
    [Id(12)] public ReloadTimings Timings { get; init; } = new();

    /// <summary>Why nothing was synced, when <see cref="Outcome"/> is <see cref="ReloadOutcome.Skipped"/> or <see cref="ReloadOutcome.Failed"/>.</summary>
    [Id(13)] public ReloadProblem? Problem { get; init; }

    /// <summary>Who serves the version, if the caller waited for that; null if nobody was waited for, or there was no version to wait for.</summary>
    [Id(14)] public Convergence? Convergence { get; init; }

    /// <summary>Who held the registry's lock when it was skipped for that; null if nobody did, or if the session had ended when it was looked for.</summary>
    [Id(15)] public LockHolder? LockHolder { get; init; }

    /// <summary>Whether it was skipped because another process held the registry's lock, and not because rows were open elsewhere.</summary>
    public bool LockWasBusy => Outcome == ReloadOutcome.Skipped && EndpointsDeferred == 0;

    /// <summary>Whether the registry was in line at <see cref="Version"/> when the receipt was written.</summary>
    public bool InLine => Outcome is ReloadOutcome.UpToDate or ReloadOutcome.Synced && EndpointsDeferred == 0;
}
