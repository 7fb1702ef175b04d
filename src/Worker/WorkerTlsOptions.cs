namespace EndpointSync.Worker;

/// <summary>
/// The worker's certificate and the silos' authorities, for silos with <c>https</c> URLs: the configuration section
/// <c>EndpointSync:Worker:Tls</c>. The files are read again when they change; connections that are made later use them.
/// </summary>
public sealed class WorkerTlsOptions
{
    /// <summary>
    /// A PEM file: the certificate that the worker shows to silos in the place of a key, then the certificates of
    /// intermediate authorities, if there are any; null for none.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>A PEM file: the certificate's private key, without a password.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// A PEM file: the root certificates of the authorities that silos' certificates are checked with. No other
    /// authority is trusted then; null for those of the machine.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>Whether any of the files is set.</summary>
    public bool IsConfigured => Certificate is not null || Key is not null || CertificateAuthority is not null;
}
