namespace EndpointSync.Worker.Telemetry;

/// <summary>What a worker found out before it answered 404 or 405.</summary>
internal enum GuardOutcome
{
    /// <summary>There was a newer version than its own.</summary>
    Newer,

    /// <summary>It has the newest version.</summary>
    Newest,

    /// <summary>No silo answered in time.</summary>
    Failed,
}
