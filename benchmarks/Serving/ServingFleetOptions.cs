using EndpointSync.Tools.Postgres;

namespace EndpointSync.Bench.Serving;

/// <summary>How a <see cref="ServingFleet"/> is set up.</summary>
/// <param name="Workers">How many worker processes there are.</param>
internal sealed record ServingFleetOptions(int Workers)
{
    /// <summary>How to connect to the database.</summary>
    public string ConnectionString(PrivatePostgres postgres) =>
        Database is { } database ? postgres.ConnectionString(database) : postgres.ConnectionString();

    /// <summary>Further keys of every silo.</summary>
    public IReadOnlyDictionary<string, string> Silo { get; init; } = new Dictionary<string, string>();

    /// <summary>Further keys of every worker.</summary>
    public IReadOnlyDictionary<string, string> Worker { get; init; } = new Dictionary<string, string>();

    /// <summary>The database, which has to be there; null for the server's own.</summary>
    public string? Database { get; init; }

    /// <summary>How long a worker that does not serve a path yet is left alone before it is asked again.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(1);
}
