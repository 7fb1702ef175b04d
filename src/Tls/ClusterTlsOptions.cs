namespace EndpointSync.Tls;

/// <summary>
/// Who may use the cluster's ports, and that their traffic is encrypted: the configuration section
/// <c>EndpointSync:Cluster:Tls</c>, the same for silos and clients. Both sides of each connection show a certificate.
/// The files are read again when they change; connections that are made later use the new certificate.
/// </summary>
public sealed class ClusterTlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "EndpointSync:Cluster:Tls";

    /// <summary>
    /// A PEM file: this process's certificate, then the certificates of intermediate authorities, if there are any.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>A PEM file: the certificate's private key, without a password.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// A PEM file: the root certificates of the authorities whose certificates are accepted. No other authority is
    /// trusted, those of the machine included.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// The DNS name that every silo's certificate has. It names the role and not the machine, so one name fits all
    /// silos of a cluster.
    /// </summary>
    public string Name { get; set; } = "silo.endpointsync";

    /// <summary>The DNS name that a client's certificate has.</summary>
    public string ClientName { get; set; } = "client.endpointsync";

    /// <summary>Whether any of the files is set.</summary>
    public bool IsConfigured => Certificate is not null || Key is not null || CertificateAuthority is not null;
}
