namespace EndpointSync;

/// <summary>
/// What a reload of everything would do now, read in one snapshot of the database. Nothing is written and no lock is
/// taken. Rows that another session has open meanwhile, or that Postgres would refuse, are not foreseen.
/// </summary>
public sealed record RegistryPlan
{
    /// <summary>The registry's name.</summary>
    public required string Registry { get; init; }

    /// <summary>The newest version. The plan leads on from it.</summary>
    public required RouteVersion Version { get; init; }

    /// <summary>How many routes the reload would add.</summary>
    public required int Added { get; init; }

    /// <summary>How many routes it would change.</summary>
    public required int Changed { get; init; }

    /// <summary>How many routes it would remove.</summary>
    public required int Removed { get; init; }

    /// <summary>
    /// One page of the routes that it would change, in the order of the keys; empty while the registry is pinned.
    /// </summary>
    public required IReadOnlyList<RouteDifference> Changes { get; init; }

    /// <summary>The endpoints that would enter the quarantine, or get another reason there: at most 100.</summary>
    public required IReadOnlyList<RejectedEndpoint> Quarantine { get; init; }

    /// <summary>How many those are, including those that <see cref="Quarantine"/> leaves out.</summary>
    public required int QuarantineCount { get; init; }

    /// <summary>The ids of endpoints that would leave the quarantine: at most 100.</summary>
    public required IReadOnlyList<int> Released { get; init; }

    /// <summary>How many those are, including those that <see cref="Released"/> leaves out.</summary>
    public required int ReleasedCount { get; init; }

    /// <summary>
    /// How many endpoints the reload would leave alone because their writer is in its next transaction. While the
    /// registry is pinned, how many changes of routes wait for the end of the pin.
    /// </summary>
    public required int Waiting { get; init; }

    /// <summary>
    /// Why the reload would be refused unless it allows what it would do, and the parameter that allows it; null if it
    /// would not be refused.
    /// </summary>
    public required ReloadProblem? Problem { get; init; }

    /// <summary>The numbers, if <see cref="Problem"/> is that most routes would be removed; null otherwise.</summary>
    public required MassRemovalNumbers? MassRemoval { get; init; }

    /// <summary>The pin that keeps a reload from publishing anything; null if there is none.</summary>
    public required Pin? Pin { get; init; }

    /// <summary>The cursor of the next page; null if this is the last.</summary>
    public required string? Next { get; init; }
}
