using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>A PEM file with an authority.</summary>
internal sealed class AuthorityFile : IDisposable
{
    public AuthorityFile()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path, certificate.ExportCertificatePem());
    }

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
