namespace EndpointSync.Bench.Serving;

/// <summary>How a <see cref="ServingFleet"/> is set up.</summary>
/// <param name="Workers">How many worker processes there are.</param>
internal sealed record ServingFleetOptions(int Workers)
{
    /// <summary>Further keys of every silo.</summary>
    public IReadOnlyDictionary<string, string> Silo { get; init; } = new Dictionary<string, string>();

    /// <summary>Further keys of every worker.</summary>
    public IReadOnlyDictionary<string, string> Worker { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a worker that does not serve a path yet is left alone before it is asked again.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(1);
}
