namespace EndpointSync.Silo.Hosting;

/// <summary>The silo's place in the cluster: the configuration section <c>EndpointSync:Cluster</c>.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The database of the membership tables, in Npgsql's keywords. Absent: a private PostgreSQL is started.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Silos with the same id and database form one cluster.</summary>
    public string ClusterId { get; set; } = "endpointsync";

    /// <summary>The service that the cluster is a deployment of; stays the same when the cluster id changes.</summary>
    public string ServiceId { get; set; } = "endpointsync";

    /// <summary>The silo's name in logs, receipts and Postgres' list of sessions; by default the machine's name and the silo port.</summary>
    public string? SiloName { get; set; }

    /// <summary>The address that other silos and clients reach this one at.</summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>The TCP port for other silos.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The TCP port for clients.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>How soon a silo that stopped answering is given up.</summary>
    public MembershipProfile MembershipProfile { get; set; } = MembershipProfile.Mid;

    /// <summary>
    /// Whether the silo may talk to others over a network. Orleans' traffic is neither encrypted nor authenticated, so whoever reaches the ports can
    /// call any grain; say true where the network itself is protected.
    /// </summary>
    public bool AllowPlaintextClusterTraffic { get; set; }

    public string Name => SiloName ?? $"{Environment.MachineName}-{SiloPort}";
}
