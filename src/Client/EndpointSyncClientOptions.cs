using EndpointSync.Tls;

namespace EndpointSync.Client;

/// <summary>
/// The cluster of a client: the configuration section <c>EndpointSync:Cluster</c>. The client learns of the gateways
/// from exactly one of <see cref="ConnectionString"/>, <see cref="Gateways"/> and <see cref="Silos"/>.
/// </summary>
public sealed class EndpointSyncClientOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "EndpointSync:Cluster";

    /// <summary>The cluster's database, in Npgsql's keywords; a client only reads the list of silos there.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The gateways themselves, as <c>10.0.0.1:30000</c> or <c>silo.example:30000</c>.</summary>
    public IList<string> Gateways { get; } = [];

    /// <summary>
    /// The URLs of silos, such as <c>http://10.0.0.1:5080</c>, that answer with the gateways. The client learns of the
    /// other silos from the answers.
    /// </summary>
    public IList<string> Silos { get; } = [];

    /// <summary>
    /// The API key for <see cref="Silos"/>, with the role viewer or operator; null for none. Prefer
    /// <see cref="KeyFile"/>, or set it by an environment variable.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>The file that has the API key and nothing else. It is read again when it changes.</summary>
    public string? KeyFile { get; set; }

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
