namespace EndpointSync.Bench.Storm;

/// <summary>One worker of a fleet, with its own connection and its own table.</summary>
internal interface IStormWorker : IAsyncDisposable
{
    /// <summary>Asks for the routes to be brought in line, as it does after a deploy, and returns when it goes on to serve.</summary>
    /// <exception cref="Npgsql.PostgresException">It failed, and serves what it has.</exception>
    Task ReloadAsync();

    /// <summary>Serves one request.</summary>
    /// <returns>The table that it is matched against: each root path, in order.</returns>
    Task<string> ServeAsync();
}
