using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tls;

/// <summary>One state of the certificate files. Connections that were opened with it keep it.</summary>
internal sealed class CertificateSet
{
    private const string CertificateKey = $"{ClusterTlsOptions.Section}:Certificate";
    private const string AuthorityKey = $"{ClusterTlsOptions.Section}:CertificateAuthority";

    private readonly Authorities _authorities;

    private CertificateSet(X509Certificate2Collection own, Authorities authorities, string fingerprint)
    {
        Own = own[0];
        Intermediates = [.. own.Skip(1)];
        _authorities = authorities;
        Fingerprint = fingerprint;
        Context = SslStreamCertificateContext.Create(Own, Intermediates, offline: true);
    }

    public X509Certificate2 Own { get; }

    public SslStreamCertificateContext Context { get; }

    /// <summary>The bytes of the files, as a hash; two equal ones need not be read again.</summary>
    public string Fingerprint { get; }

    private X509Certificate2Collection Intermediates { get; }

    /// <summary>Reads the files and checks that others will accept the certificate.</summary>
    /// <exception cref="CertificateException">They will not, or a file cannot be read.</exception>
    public static CertificateSet Read(ClusterTlsOptions options, TlsRole role, DateTimeOffset now)
    {
        var set = Parse(options);
        using var chain = new X509Chain { ChainPolicy = set.ChainPolicy(now) };
        chain.ChainPolicy.ExtraStore.AddRange(set.Intermediates);
        chain.Build(set.Own);
        var complaint = PeerCertificate.ComplaintAboutChain(set.Own, chain, now, AuthorityKey)
            ?? PeerCertificate.ComplaintAboutRole(set.Own, role, options);
        return complaint is null
            ? set
            : throw new CertificateException($"{CertificateKey} ({options.Certificate}): {complaint}.");
    }

    /// <summary>What the files contain, for finding out that they have changed.</summary>
    /// <exception cref="CertificateException">A file cannot be read.</exception>
    public static string FingerprintOf(ClusterTlsOptions options) => PemFile.Fingerprint(
        Text("Certificate", options.Certificate), Text("Key", options.Key),
        Text("CertificateAuthority", options.CertificateAuthority));

    /// <summary>Trusts the configured authorities only, and fetches nothing from the network.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now) => _authorities.ChainPolicy(now);

    private static CertificateSet Parse(ClusterTlsOptions options)
    {
        var certificate = Text("Certificate", options.Certificate);
        var key = Text("Key", options.Key);
        var authority = Text("CertificateAuthority", options.CertificateAuthority);
        var own = PemFile.Certificates(CertificateKey, options.Certificate, certificate);
        try
        {
            own[0] = Usable(X509Certificate2.CreateFromPem(certificate, key));
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"{ClusterTlsOptions.Section}:Key ({options.Key}) is not the private key of the certificate in "
                + $"{options.Certificate}: {wrong.Message}");
        }

        return new CertificateSet(
            own, Authorities.Parse(AuthorityKey, options.CertificateAuthority, authority),
            PemFile.Fingerprint(certificate, key, authority));
    }

    // Windows cannot use a key that was never in its store.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;

    private static string Text(string key, string? path) => string.IsNullOrWhiteSpace(path)
        ? throw new CertificateException(
            $"{ClusterTlsOptions.Section}:{key} is empty: Certificate, Key and CertificateAuthority are needed "
            + "together. `endpointsync certs` makes all three.")
        : PemFile.Read($"{ClusterTlsOptions.Section}:{key}", path);
}
