using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tls;

/// <summary>The authorities in one state of a PEM file.</summary>
internal sealed class Authorities
{
    private readonly X509Certificate2Collection _roots;

    private Authorities(X509Certificate2Collection roots, string fingerprint) =>
        (_roots, Fingerprint) = (roots, fingerprint);

    public string Fingerprint { get; }

    /// <param name="key">The key of the setting that names the file.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="CertificateException">The file cannot be used.</exception>
    public static Authorities Read(string key, string path) => Parse(key, path, PemFile.Read(key, path));

    /// <exception cref="CertificateException">The text has no certificate.</exception>
    public static Authorities Parse(string key, string? path, string text) =>
        new(PemFile.Certificates(key, path, text), PemFile.Fingerprint(text));

    /// <summary>Trusts these authorities only, and fetches nothing from the network.</summary>
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
        policy.CustomTrustStore.AddRange(_roots);
        return policy;
    }
}
