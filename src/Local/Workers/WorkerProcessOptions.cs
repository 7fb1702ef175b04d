namespace EndpointSync.Local.Workers;

/// <summary>How the sample worker of a <see cref="WorkerProcess"/> is configured.</summary>
public sealed record WorkerProcessOptions
{
    /// <summary>The registry whose routes it serves: Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The database of the cluster: EndpointSync:Cluster:ConnectionString.</summary>
    public required string ClusterConnectionString { get; init; }

    /// <summary>The id of the cluster: EndpointSync:Cluster:ClusterId.</summary>
    public string ClusterId { get; init; } = "local";

    /// <summary>The worker's name in logs and among the subscribers: EndpointSync:Worker:Name.</summary>
    public string Name { get; init; } = "worker-1";

    /// <summary>The file in which it keeps its last route table: EndpointSync:Worker:SnapshotPath; null if it keeps none.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>Further keys. They win over what the other properties say.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The port on 127.0.0.1; 0 picks a free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>Called with every line that the worker writes, from any thread; null where nobody watches.</summary>
    public Action<string>? OnOutput { get; init; }
}
