using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tls;

/// <summary>One state of the certificate files. Connections that were opened with it keep it.</summary>
internal sealed class CertificateSet
{
    private CertificateSet(X509Certificate2Collection own, X509Certificate2Collection authorities, string fingerprint)
    {
        Own = own[0];
        Intermediates = [.. own.Skip(1)];
        Authorities = authorities;
        Fingerprint = fingerprint;
        Context = SslStreamCertificateContext.Create(Own, Intermediates, offline: true);
    }

    public X509Certificate2 Own { get; }

    public SslStreamCertificateContext Context { get; }

    /// <summary>The bytes of the files, as a hash; two equal ones need not be read again.</summary>
    public string Fingerprint { get; }

    private X509Certificate2Collection Intermediates { get; }

    private X509Certificate2Collection Authorities { get; }

    /// <summary>Reads the files and checks that others will accept the certificate.</summary>
    /// <exception cref="CertificateException">They will not, or a file cannot be read.</exception>
    public static CertificateSet Read(ClusterTlsOptions options, TlsRole role, DateTimeOffset now)
    {
        var set = Parse(options);
        using var chain = new X509Chain { ChainPolicy = set.ChainPolicy(now) };
        chain.ChainPolicy.ExtraStore.AddRange(set.Intermediates);
        chain.Build(set.Own);
        var complaint = PeerCertificate.ComplaintAboutChain(set.Own, chain, now)
            ?? PeerCertificate.ComplaintAboutRole(set.Own, role, options);
        return complaint is null
            ? set
            : throw new CertificateException(
                $"{ClusterTlsOptions.Section}:Certificate ({options.Certificate}): {complaint}.");
    }

    /// <summary>What the files contain, for finding out that they have changed.</summary>
    /// <exception cref="CertificateException">A file cannot be read.</exception>
    public static string FingerprintOf(ClusterTlsOptions options) => Hash(
        Text("Certificate", options.Certificate), Text("Key", options.Key),
        Text("CertificateAuthority", options.CertificateAuthority));

    /// <summary>Trusts the configured authorities only, and fetches nothing from the network.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTimeIgnored = false,
            VerificationTime = now.LocalDateTime,
        };
        policy.CustomTrustStore.AddRange(Authorities);
        return policy;
    }

    private static CertificateSet Parse(ClusterTlsOptions options)
    {
        var certificate = Text("Certificate", options.Certificate);
        var key = Text("Key", options.Key);
        var authority = Text("CertificateAuthority", options.CertificateAuthority);
        var own = Certificates("Certificate", options.Certificate, certificate);
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
            own, Certificates("CertificateAuthority", options.CertificateAuthority, authority),
            Hash(certificate, key, authority));
    }

    // Windows cannot use a key that was never in its store.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;

    private static X509Certificate2Collection Certificates(string key, string? path, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException wrong)
        {
            throw new CertificateException(
                $"{ClusterTlsOptions.Section}:{key} ({path}) is no PEM file: {wrong.Message}");
        }

        return certificates.Count > 0
            ? certificates
            : throw new CertificateException(
                $"{ClusterTlsOptions.Section}:{key} ({path}) has no certificate in it: write it in PEM, "
                + "-----BEGIN CERTIFICATE-----.");
    }

    private static string Text(string key, string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new CertificateException(
                $"{ClusterTlsOptions.Section}:{key} is empty: Certificate, Key and CertificateAuthority are needed "
                + "together. `endpointsync certs` makes all three.");
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(
                $"{ClusterTlsOptions.Section}:{key} ({path}) cannot be read: {unread.Message}");
        }
    }

    private static string Hash(params string[] texts) =>
        Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', texts))));
}
