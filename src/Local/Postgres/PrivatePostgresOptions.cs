namespace EndpointSync.Local.Postgres;

/// <summary>Where a private PostgreSQL lives and how it is set. The defaults suit a checkout of this repository.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>
    /// The folder of the data, the log and the leases. Null is <c>.data/postgres</c> of the repository this process was
    /// built from, or of the current directory where there is none.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// The port to listen on, 1 to 65535. 0 picks a free one, the same again on the next start if it is still free.
    /// A server that already runs is adopted with the port it has.
    /// </summary>
    public int Port { get; init; }

    /// <summary>
    /// Settings as in postgresql.conf, applied at each start over the built-in ones. A server that already runs keeps those it was started with.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
