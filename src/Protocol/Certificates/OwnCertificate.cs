using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Certificates;

/// <summary>A certificate of this process with its private key and its intermediate authorities.</summary>
internal sealed class OwnCertificate
{
    private OwnCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        (Certificate, Intermediates) = (certificate, intermediates);
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Intermediates { get; }

    public SslStreamCertificateContext Context { get; }

    public DateTimeOffset EndsAt => new(Certificate.NotAfter);

    /// <param name="certificate">The certificate, then those of its intermediate authorities.</param>
    /// <param name="key">Its private key.</param>
    /// <exception cref="CertificateException">There is no certificate, or the key is not its key.</exception>
    public static OwnCertificate Of(PemFile certificate, PemFile key)
    {
        var intermediates = certificate.Certificates();
        intermediates.RemoveAt(0);
        try
        {
            return new OwnCertificate(
                Usable(X509Certificate2.CreateFromPem(certificate.Text, key.Text)), intermediates);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"{key.Key} ('{key.Path}') is not the private key of the certificate in '{certificate.Path}': "
                + wrong.Message);
        }
    }

    // Windows cannot use a key that was never in its store.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;
}
