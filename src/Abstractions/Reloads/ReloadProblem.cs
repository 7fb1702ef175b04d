namespace EndpointSync;

/// <summary>Why a reload synced nothing.</summary>
/// <param name="SqlState">
/// Postgres' five-character error code (PostgreSQL manual, appendix A); null if Postgres gave none.
/// </param>
/// <param name="Meaning">What the code means for this reload, and what happens next.</param>
/// <param name="Detail">The message of Postgres or the driver.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.reload-problem")]
public sealed record ReloadProblem(
    [property: Id(0)] string? SqlState,
    [property: Id(1)] string Meaning,
    [property: Id(2)] string Detail);
