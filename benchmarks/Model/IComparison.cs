namespace EndpointSync.Bench.Model;

/// <summary>
/// One thing that EndpointSync does, measured beside the least that it can cost and beside other ways to do it.
/// </summary>
internal interface IComparison
{
    /// <summary>What it is called on the command line and in the names of its files: lower case, one word.</summary>
    string Name { get; }

    /// <summary>What its figures answer, as the title of its table and of its plot.</summary>
    string Question { get; }

    /// <summary>What the numbers of its cases count, such as "routes"; null where its cases have names only.</summary>
    string? Axis => null;

    /// <summary>Whether it runs only by name, because it takes longer than all others together.</summary>
    bool IsOnRequest => false;

    /// <summary>
    /// Whether a quick run includes it without its name: it measures ratios or counts that can be checked on any
    /// machine.
    /// </summary>
    bool IsInQuickRuns => false;

    /// <summary>Measures, and adds what it finds to the run.</summary>
    Task RunAsync(BenchRun run);
}
