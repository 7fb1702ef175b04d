namespace EndpointSync;

/// <summary>Why a reload synced nothing.</summary>
/// <param name="SqlState">Postgres' five-character error code, or null when Postgres gave none (see the list in PostgreSQL's manual, appendix A).</param>
/// <param name="Meaning">What the code means for this reload, and what happens next.</param>
/// <param name="Detail">Postgres' or the driver's own words.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.ReloadProblem")]
public sealed record ReloadProblem(
    [property: Id(0)] string? SqlState,
    [property: Id(1)] string Meaning,
    [property: Id(2)] string Detail);
