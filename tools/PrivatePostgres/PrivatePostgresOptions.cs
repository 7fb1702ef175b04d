namespace EndpointSync.Tools.Postgres;

/// <summary>
/// The folder, port and settings of a private PostgreSQL. The defaults suit a checkout of this repository.
/// </summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>
    /// The folder of the data, the log and the leases. Null for <c>.data/postgres</c> in the repository that this
    /// process was built from, or in the current directory if there is none.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// The port to listen on, 1 to 65535. 0 picks a free port, and the same one on the next start if it is still free.
    /// A running server is adopted with its port.
    /// </summary>
    public int Port { get; init; }

    /// <summary>
    /// Settings as in postgresql.conf, applied at each start over the built-in ones. A running server keeps its
    /// settings.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
