namespace EndpointSync.Bench.Propagation;

/// <summary>What was measured among one number of endpoints.</summary>
/// <param name="Endpoints">How many there were.</param>
internal sealed record PropagationRow(int Endpoints)
{
    public const string Head = "endpoints   write to 200 of all   write to receipt      receipt to 200 of all  one commit          one request     (ms, median / p99)";

    /// <summary>From the commit of the endpoint to the last worker's 200.</summary>
    public Samples WriteToServed { get; } = new("write to 200 of all workers");

    /// <summary>From the commit of the endpoint to the receipt of the reload that follows it.</summary>
    public Samples WriteToReceipt { get; } = new("write to receipt");

    /// <summary>From the receipt to the last worker's 200.</summary>
    public Samples ReceiptToServed { get; } = new("receipt to 200 of all workers");

    /// <summary>One row inserted and committed on an open connection.</summary>
    public Samples Commit { get; } = new("one commit");

    /// <summary>One request to one worker for a path that it serves, on an open connection.</summary>
    public Samples Request { get; } = new("one request");

    public IReadOnlyList<Samples> All => [WriteToServed, WriteToReceipt, ReceiptToServed, Commit, Request];

    public override string ToString() => FormattableString.Invariant($"{Endpoints,9:N0}   ") + string.Join("   ", All.Select(Cell));

    private static string Cell(Samples samples) => FormattableString.Invariant($"{samples.Median / 1000,7:0.00} / {samples.Percentile99 / 1000,-8:0.00}");
}
