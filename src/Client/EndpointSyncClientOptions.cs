using EndpointSync.Tls;

namespace EndpointSync.Client;

/// <summary>
/// The cluster of a client: the configuration section <c>EndpointSync:Cluster</c>, the same section as a silo's.
/// </summary>
public sealed class EndpointSyncClientOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "EndpointSync:Cluster";

    /// <summary>The cluster's database, in Npgsql's keywords; a client only reads the list of silos there.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The cluster's id; it must be the silos' value.</summary>
    public string ClusterId { get; set; } = "endpointsync";

    /// <summary>The service's id; it must be the silos' value.</summary>
    public string ServiceId { get; set; } = "endpointsync";

    /// <summary>
    /// How long the application's start waits for a first silo before it fails. 1 second to 1 hour. A running attempt
    /// is allowed to finish, so the error may come a few seconds later.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The client's certificate and the authorities of the silos'. Without files nothing is encrypted.
    /// </summary>
    public ClusterTlsOptions Tls { get; set; } = new();
}
