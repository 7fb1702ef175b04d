namespace EndpointSync.Client;

/// <summary>How a worker serves: the configuration section <c>EndpointSync:Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "EndpointSync:Worker";

    /// <summary>What people call this worker; machine and process id unless said otherwise. 1 to 200 characters.</summary>
    public string Name { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>The file that the last good routes are kept in, so that a worker serves them before it reaches the cluster; null for no file.</summary>
    public string? SnapshotPath { get; set; }

    /// <summary>How long a request with <c>X-Min-Route-Version</c> waits for that version before it is answered 503. Zero to 1 minute.</summary>
    public TimeSpan MinVersionTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a request that no route answers may wait until it is known that no newer version has one. Zero to 10 seconds; zero answers at once.
    /// </summary>
    public TimeSpan NotFoundTimeout { get; set; } = TimeSpan.FromMilliseconds(500);
}
