using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tests.Testing;

/// <summary>A certificate and its private key in two PEM files, which can be replaced one after the other.</summary>
public sealed class PemPair : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpointsync-pem-");

    public PemPair(string name, DateTimeOffset end)
    {
        Replace(name, end);
        ReplaceKey();
    }

    public string Certificate => Path.Combine(_folder.FullName, "own.crt");

    public string Key => Path.Combine(_folder.FullName, "own.key");

    private string NextKey { get; set; } = "";

    /// <summary>Writes another certificate. Its key is still the one from before, until it is replaced too.</summary>
    public void Replace(string name, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(end.AddDays(-60), end);
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        NextKey = key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>Writes the key of the certificate that was written last.</summary>
    public void ReplaceKey() => File.WriteAllText(Key, NextKey);

    public void Dispose() => _folder.Delete(recursive: true);
}
