namespace EndpointSync.Silo.Hosting;

/// <summary>The cluster that the silo belongs to: the configuration section <c>EndpointSync:Cluster</c>.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The database of the membership tables, in Npgsql's keywords. Required.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Silos with the same id and database form one cluster.</summary>
    public string ClusterId { get; set; } = "endpointsync";

    /// <summary>The service that the cluster deploys; it stays the same when the cluster id changes.</summary>
    public string ServiceId { get; set; } = "endpointsync";

    /// <summary>
    /// The silo's name in logs, receipts and Postgres' list of sessions. The default is the machine's name and the silo
    /// port.
    /// </summary>
    public string? SiloName { get; set; }

    /// <summary>The address where other silos and clients reach this silo.</summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>The TCP port for other silos.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The TCP port for clients.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>How soon a silo that has stopped answering is declared dead.</summary>
    public MembershipProfile MembershipProfile { get; set; } = MembershipProfile.Balanced;

    /// <summary>
    /// Whether the silo may communicate over a network. Orleans' traffic is neither encrypted nor authenticated, so
    /// anyone who reaches the ports can call any grain. Set it to true only if the network itself is protected.
    /// </summary>
    public bool AllowPlaintextClusterTraffic { get; set; }

    /// <summary>
    /// How far the silo's clock may be from the database's. Silos compare the signs of life in the membership table
    /// with their own clocks.
    /// </summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    public string Name => SiloName ?? $"{Environment.MachineName}-{SiloPort}";
}
