namespace EndpointSync;

/// <summary>How a reload ended.</summary>
[GenerateSerializer, Alias("endpointsync.reload-outcome")]
public enum ReloadOutcome
{
    /// <summary>Nothing was due: the routes already matched the endpoints, at the receipt's version.</summary>
    UpToDate = 0,

    /// <summary>Due changes were committed, at the receipt's version.</summary>
    Synced = 1,

    /// <summary>
    /// Another process holds the registry's lock, or has the rows of every due endpoint open. No route was written. The
    /// registry stays due, and the silos retry after the answer.
    /// </summary>
    Skipped = 2,

    /// <summary>
    /// Postgres could not be reached, or refused. Nothing is known to be written. The registry stays due, and the silos
    /// retry after the answer.
    /// </summary>
    Failed = 3,

    /// <summary>
    /// The registry is pinned: its table stays, and what is due waits for the end of the pin. See
    /// <see cref="ReloadReceipt.Pin"/>.
    /// </summary>
    Pinned = 4,
}
