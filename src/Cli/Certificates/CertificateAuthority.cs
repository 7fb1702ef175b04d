using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Cli.Certificates;

/// <summary>Makes an authority and its certificates, for a test or a small fleet.</summary>
internal static class CertificateAuthority
{
    private const int SerialBytes = 16;

    // Machines whose clocks are a little behind must be able to use a certificate at once.
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    public static (string Certificate, string Key) Create(string name, int days, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Backdated, now.AddDays(days));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Issues a certificate; it never outlives its authority.</summary>
    /// <param name="authority">Who issues it.</param>
    /// <param name="name">Its name, for people.</param>
    /// <param name="hosts">The DNS names and IP addresses that it is valid for.</param>
    /// <param name="usages">The extended key usages.</param>
    /// <param name="days">How long it is valid.</param>
    /// <param name="clock">What tells the time.</param>
    /// <exception cref="CryptographicException">The authority's files do not fit, or it has expired.</exception>
    public static (string Certificate, string Key, DateTimeOffset End) Issue(
        X509Certificate2 authority, string name, IEnumerable<string> hosts, IEnumerable<string> usages, int days,
        TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [.. usages.Select(usage => new Oid(usage))], critical: true));
        request.CertificateExtensions.Add(Names(hosts));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = clock.GetUtcNow();
        var authorityEnd = new DateTimeOffset(authority.NotAfter);
        var end = now.AddDays(days) < authorityEnd ? now.AddDays(days) : authorityEnd;
        var start = now - Backdated > authority.NotBefore ? now - Backdated : new DateTimeOffset(authority.NotBefore);
        using var certificate = request.Create(authority, start, end, Serial());
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), end);
    }

    private static X509Extension Names(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static X500DistinguishedName Subject(string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return subject.Build();
    }

    // Positive, so that it stays 16 bytes long.
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
