namespace EndpointSync.Bench.Storm;

/// <summary>Workers of one protocol, each with a table of its own.</summary>
internal interface IStormFleet
{
    /// <summary>The database whose endpoints they serve.</summary>
    StormDatabase Database { get; }

    /// <summary>The processes that work for them, beside this one and Postgres.</summary>
    IReadOnlyList<int> Processes => [];

    /// <summary>The routes that each worker holds, by key.</summary>
    IEnumerable<IReadOnlyDictionary<string, string>> Tables { get; }

    /// <summary>Prepares a round; not measured.</summary>
    Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Starts all workers together, and returns when each of them considers its table the right one.</summary>
    /// <returns>How many errors they met.</returns>
    Task<int> ReloadAsync();
}
