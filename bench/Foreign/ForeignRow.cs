namespace EndpointSync.Bench.Foreign;

/// <summary>What was measured of one way to write.</summary>
/// <param name="Write">The way.</param>
/// <param name="Told">Whether silos were notified, or had nothing but their polls.</param>
/// <param name="Endpoints">How many there were.</param>
internal sealed record ForeignRow(string Write, bool Told, int Endpoints)
{
    public const string Head = "foreign write                         found by      endpoints  rounds   commit to 200 of all  one commit           one request     (ms, median / p99)";

    /// <summary>From the foreign commit to the last worker's 200.</summary>
    public Samples CommitToServed { get; } = new("foreign commit to 200 of all workers");

    /// <summary>One row inserted and committed on the same connection, where no trigger is.</summary>
    public Samples Commit { get; } = new("one commit");

    /// <summary>One request to one worker for a path that it serves, on an open connection.</summary>
    public Samples Request { get; } = new("one request");

    public override string ToString() => FormattableString.Invariant(
        $"{Write,-37} {(Told ? "notification" : "poll of 1 s"),-12}  {Endpoints,9:N0}  {CommitToServed.Count,6}   {Cell(CommitToServed)}   {Cell(Commit)}   {Cell(Request)}");

    private static string Cell(Samples samples) => FormattableString.Invariant($"{samples.Median / 1000,7:0.00} / {samples.Percentile99 / 1000,-8:0.00}");
}
