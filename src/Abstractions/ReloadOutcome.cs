namespace EndpointSync;

/// <summary>How a reload ended.</summary>
[GenerateSerializer, Alias("EndpointSync.ReloadOutcome")]
public enum ReloadOutcome
{
    /// <summary>Nothing was due: routes and endpoints agreed already, at the receipt's version.</summary>
    UpToDate = 0,

    /// <summary>Something was due and is committed, at the receipt's version.</summary>
    Synced = 1,

    /// <summary>
    /// Another process holds the registry's lock, or has the rows of every due endpoint open. No route was written; the registry stays due and is
    /// retried behind the answer.
    /// </summary>
    Skipped = 2,

    /// <summary>Postgres could not be asked or refused. Nothing is known to be written; the registry stays due and is retried behind the answer.</summary>
    Failed = 3,
}
