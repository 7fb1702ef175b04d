namespace EndpointSync.Wire;

/// <summary>What a worker reports about itself with every question for news.</summary>
/// <param name="Worker">Identifies one process from its start to its end.</param>
/// <param name="Name">The worker's display name.</param>
/// <param name="Version">
/// The version that the worker serves, confirmed by a request to itself; 0 while it has no routes.
/// </param>
/// <param name="Problem">Why the worker does not serve a newer version, or cannot serve all of this one.</param>
/// <param name="Has">
/// The table that the worker has, confirmed or not. The silo answers with what differs from it.
/// </param>
internal sealed record WorkerReport(
    Guid Worker, string Name, RouteVersion Version, string? Problem, RouteTableId Has)
{
    /// <summary>The worker's ring, by which a rollout tells workers apart.</summary>
    public string Ring { get; init; } = WorkerRing.Default;

    /// <summary>
    /// What the table that the worker has, and the one before it, have decided; empty unless a silo asked for it.
    /// </summary>
    public IReadOnlyList<TableCount> Answers { get; init; } = [];
}
