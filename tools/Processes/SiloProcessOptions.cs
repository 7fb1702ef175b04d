namespace EndpointSync.Tools.Processes;

/// <summary>The configuration of a <see cref="SiloProcess"/>.</summary>
public sealed record SiloProcessOptions
{
    /// <summary>The database of the cluster: EndpointSync:Cluster:ConnectionString.</summary>
    public required string ClusterConnectionString { get; init; }

    /// <summary>
    /// The id of the cluster; silos with the same database and id form one: EndpointSync:Cluster:ClusterId.
    /// </summary>
    public string ClusterId { get; init; } = "local";

    /// <summary>
    /// The silo's name in logs and receipts: EndpointSync:Cluster:SiloName. A <see cref="SiloCluster"/> numbers its
    /// silos instead.
    /// </summary>
    public string Name { get; init; } = "silo-1";

    /// <summary>
    /// Further keys, such as EndpointSync:Registries:openspp:ConnectionString. They take precedence over the other
    /// properties.
    /// </summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The port of the HTTP API on 127.0.0.1; 0 picks a free port.</summary>
    public int HttpPort { get; init; }

    /// <summary>
    /// How fast the cluster detects a dead silo: Fast, Balanced or Orleans. EndpointSync:Cluster:MembershipProfile.
    /// </summary>
    public string MembershipProfile { get; init; } = "Fast";

    /// <summary>EndpointSync.Silo.dll of another checkout, built there; null for this checkout's.</summary>
    public string? Program { get; init; }

    /// <summary>Called with every line that the silo writes, from any thread; null for none.</summary>
    public Action<string>? OnOutput { get; init; }
}
