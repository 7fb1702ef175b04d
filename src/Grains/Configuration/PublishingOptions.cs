namespace EndpointSync.Grains.Configuration;

/// <summary>How versions reach silos and workers: the configuration section <c>EndpointSync:Publishing</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>
    /// How long a worker without a sign of life still counts in waits for convergence. Workers send one at least every
    /// 0.4 of this time, and every three seconds. 2 seconds to 10 minutes.
    /// </summary>
    public TimeSpan WorkerLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long another silo may take to take up a version before the attempt is abandoned. Its next poll then brings
    /// the version. 100 milliseconds to 1 minute.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a silo's start waits for the routes of its registries. A registry whose database is away is loaded when
    /// the database is back. 1 millisecond to 5 minutes.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
