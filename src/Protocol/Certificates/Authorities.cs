using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Certificates;

/// <summary>The authorities in one state of a PEM file.</summary>
internal sealed class Authorities
{
    private readonly X509Certificate2Collection _roots;

    /// <exception cref="CertificateException">The file has no certificate.</exception>
    public Authorities(PemFile file) => _roots = file.Certificates();

    /// <summary>Trusts these authorities only, and fetches nothing from the network.</summary>
    /// <param name="at">When certificates must be valid; null for the time of each check.</param>
    public X509ChainPolicy ChainPolicy(DateTimeOffset? at)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (at is { } time)
        {
            (policy.VerificationTimeIgnored, policy.VerificationTime) = (false, time.LocalDateTime);
        }

        policy.CustomTrustStore.AddRange(_roots);
        return policy;
    }
}
