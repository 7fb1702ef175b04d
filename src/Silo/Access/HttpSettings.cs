using EndpointSync.Certificates;

namespace EndpointSync.Silo.Access;

/// <summary>The HTTP API as others reach it: the configuration section <c>EndpointSync:Http</c>.</summary>
internal sealed class HttpSettings
{
    /// <summary>
    /// Where workers reach this silo. The default is the first address that the server listens on, with the cluster's
    /// advertised address in the place of a wildcard.
    /// </summary>
    public string? AdvertisedUrl { get; set; }

    /// <summary>
    /// The PEM file with the certificate of the <c>https</c> listeners, followed by those between it and its authority.
    /// A changed file is taken up while the silo runs.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>The PEM file with the certificate's private key, without a password.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// The proxies whose forwarded headers are believed: IP addresses, or networks such as <c>10.0.0.0/24</c>.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>The beginning of each path that a proxy leaves in place, such as <c>/sync</c>.</summary>
    public string? PathBase { get; set; }

    /// <summary>
    /// The SHA-256, in hexadecimal digits, of the key that may do everything, create other keys included. Without it,
    /// an issuer of tokens or an authority of client certificates the API is open and listens on the loopback interface
    /// only.
    /// </summary>
    public string? AdminKeyHash { get; set; }

    /// <summary>
    /// The SHA-256, in hexadecimal digits, of the key that may read the feed and nothing else.
    /// </summary>
    public string? WorkerKeyHash { get; set; }

    /// <summary>Tokens of an OpenID Connect issuer.</summary>
    public JwtSettings Jwt { get; set; } = new();

    /// <summary>Client certificates in the place of keys.</summary>
    public ClientCertificateSettings ClientCertificates { get; set; } = new();

    /// <summary>How often a caller may ask, where callers need a credential.</summary>
    public LimitSettings Limits { get; set; } = new();

    /// <summary>
    /// How long a silo that is asked to stop still answers: not ready, so that proxies and supervisors send others
    /// elsewhere, before its listeners close. Zero to 1 minute.
    /// </summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>Whether administrators get Orleans' own dashboard at <c>/orleans</c>. The same on every silo.</summary>
    public bool OrleansDashboard { get; set; }

    /// <summary>Whether callers need a credential.</summary>
    public bool IsProtected =>
        AdminKeyHash is not null || Jwt.IsConfigured || ClientCertificates.IsConfigured;

    /// <summary>The files of the certificate and its key as they are now.</summary>
    /// <exception cref="CertificateException">One cannot be read.</exception>
    public IReadOnlyList<PemFile> CertificateFiles() =>
    [
        PemFile.Read("EndpointSync:Http:Certificate", Certificate!), PemFile.Read("EndpointSync:Http:Key", Key!),
    ];

    /// <summary>The certificate in them.</summary>
    /// <exception cref="CertificateException">They do not fit.</exception>
    public static OwnCertificate ReadCertificate(IReadOnlyList<PemFile> files) => OwnCertificate.Of(files[0], files[1]);
}
