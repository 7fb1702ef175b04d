using EndpointSync.Tls;

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

    /// <summary>
    /// The IP address or host name where other silos and clients reach this silo. The default is the address of the
    /// interface that reaches the cluster's database.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>The TCP port where other silos reach this silo.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The TCP port where clients reach this silo.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// Where the silo itself listens for other silos, as <c>address:port</c>, if that differs from the advertised
    /// address and port: behind NAT, or in a container whose ports the host maps.
    /// </summary>
    public string? SiloListeningEndpoint { get; set; }

    /// <summary>The same for clients.</summary>
    public string? GatewayListeningEndpoint { get; set; }

    /// <summary>The certificates of the cluster's ports. Without files the traffic is in the clear.</summary>
    public ClusterTlsOptions Tls { get; set; } = new();

    /// <summary>
    /// Why connections to the database may go over a network without <c>SslMode=VerifyFull</c>. Any text; without it
    /// the silo warns.
    /// </summary>
    public string? UnverifiedDatabaseReason { get; set; }

    /// <summary>How soon a silo that has stopped answering is declared dead.</summary>
    public MembershipProfile MembershipProfile { get; set; } = MembershipProfile.Balanced;

    /// <summary>
    /// Whether the silo may communicate over a network without <see cref="Tls"/>. Orleans' traffic is then neither
    /// encrypted nor authenticated, so anyone who reaches the ports can call any grain. Set it to true only if the
    /// network itself is protected.
    /// </summary>
    public bool AllowPlaintextClusterTraffic { get; set; }

    /// <summary>
    /// How far the silo's clock may be from the database's. Silos compare the signs of life in the membership table
    /// with their own clocks.
    /// </summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    public string Name => SiloName ?? $"{Environment.MachineName}-{SiloPort}";
}
