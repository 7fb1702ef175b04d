namespace EndpointSync.Grains.Publishing;

/// <summary>How versions reach silos and workers: the configuration section <c>EndpointSync:Publishing</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>
    /// How long a worker counts without a sign of life, before nobody waits for it any more. Workers give one at least every 0.4 of it, and every
    /// three seconds. 2 seconds to 10 minutes.
    /// </summary>
    public TimeSpan WorkerLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long another silo may take to take up a version before the attempt is given up; its poll heals it. 100 milliseconds to 1 minute.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a silo's start waits for the routes of its registries. One whose database is away is loaded when it is back. 1 millisecond to 5 minutes.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
