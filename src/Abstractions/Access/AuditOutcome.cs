namespace EndpointSync;

/// <summary>What became of an audited operation.</summary>
public enum AuditOutcome
{
    /// <summary>
    /// It was about to be done, and its end is not recorded: the silo or the database failed in the middle, or the
    /// caller went away.
    /// </summary>
    Begun,

    /// <summary>It was done.</summary>
    Done,

    /// <summary>It was refused, and nothing was changed.</summary>
    Refused,

    /// <summary>It failed. <see cref="AuditEntry.Detail"/> has the reason.</summary>
    Failed,
}
