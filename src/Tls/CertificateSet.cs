using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Certificates;

namespace EndpointSync.Tls;

/// <summary>One state of the certificate files. Connections that were opened with it keep it.</summary>
internal sealed class CertificateSet
{
    private const string CertificateKey = $"{ClusterTlsOptions.Section}:Certificate";
    private const string AuthorityKey = $"{ClusterTlsOptions.Section}:CertificateAuthority";

    private readonly OwnCertificate _own;
    private readonly Authorities _authorities;

    private CertificateSet(IReadOnlyList<PemFile> files) =>
        (_own, _authorities) = (OwnCertificate.Of(files[0], files[1]), new Authorities(files[2]));

    public X509Certificate2 Own => _own.Certificate;

    public SslStreamCertificateContext Context => _own.Context;

    public DateTimeOffset EndsAt => _own.EndsAt;

    /// <summary>Reads the files and checks that others will accept the certificate.</summary>
    /// <exception cref="CertificateException">They will not, or a file cannot be read.</exception>
    public static CertificateSet Read(ClusterTlsOptions options, TlsRole role, DateTimeOffset now) =>
        Of(Files(options), options, role, now);

    /// <summary>The files of certificate, key and authorities as they are now.</summary>
    /// <exception cref="CertificateException">A file cannot be read.</exception>
    public static IReadOnlyList<PemFile> Files(ClusterTlsOptions options) =>
    [
        File("Certificate", options.Certificate), File("Key", options.Key),
        File("CertificateAuthority", options.CertificateAuthority),
    ];

    /// <summary>Checks that others will accept the certificate in the files.</summary>
    /// <exception cref="CertificateException">They will not.</exception>
    public static CertificateSet Of(
        IReadOnlyList<PemFile> files, ClusterTlsOptions options, TlsRole role, DateTimeOffset now)
    {
        var set = new CertificateSet(files);
        using var chain = new X509Chain { ChainPolicy = set.ChainPolicy(now) };
        chain.ChainPolicy.ExtraStore.AddRange(set._own.Intermediates);
        chain.Build(set.Own);
        var complaint = PeerCertificate.ComplaintAboutChain(set.Own, chain, now, AuthorityKey)
            ?? PeerCertificate.ComplaintAboutRole(set.Own, role, options);
        return complaint is null
            ? set
            : throw new CertificateException($"{CertificateKey} ('{options.Certificate}'): {complaint}.");
    }

    /// <summary>Trusts the configured authorities only, and fetches nothing from the network.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now) => _authorities.ChainPolicy(now);

    private static PemFile File(string key, string? path) => string.IsNullOrWhiteSpace(path)
        ? throw new CertificateException(
            $"{ClusterTlsOptions.Section}:{key} is empty: Certificate, Key and CertificateAuthority are needed "
            + "together. `endpointsync certs` makes all three.")
        : PemFile.Read($"{ClusterTlsOptions.Section}:{key}", path);
}
