namespace EndpointSync.Grains.Telemetry;

/// <summary>How a poll of a registry ended.</summary>
internal enum PollOutcome
{
    /// <summary>Nothing was due.</summary>
    Idle,

    /// <summary>Something was due, and a sync was run for it.</summary>
    Due,

    /// <summary>The registry could not be polled.</summary>
    Failed,
}
