namespace EndpointSync.Local.Silos;

/// <summary>How a silo of a <see cref="SiloProcess"/> is configured.</summary>
public sealed record SiloProcessOptions
{
    /// <summary>The database of the cluster: EndpointSync:Cluster:ConnectionString.</summary>
    public required string ClusterConnectionString { get; init; }

    /// <summary>Silos of one database and one id form a cluster: EndpointSync:Cluster:ClusterId.</summary>
    public string ClusterId { get; init; } = "local";

    /// <summary>The silo's name in logs and in the console: EndpointSync:Cluster:SiloName. A <see cref="SiloCluster"/> numbers its silos instead.</summary>
    public string Name { get; init; } = "silo-1";

    /// <summary>Further keys, such as EndpointSync:Registries:openspp:ConnectionString. They win over what the other properties say.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The port of the HTTP API on 127.0.0.1; 0 picks a free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>How fast the cluster notices a dead silo: Fast, Mid or Default. EndpointSync:Cluster:MembershipProfile.</summary>
    public string MembershipProfile { get; init; } = "Fast";

    /// <summary>Called with every line that the silo writes, from any thread; null where nobody watches.</summary>
    public Action<string>? OnOutput { get; init; }
}
