using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Worker.Feed;

/// <summary>One state of the files in <see cref="WorkerTlsOptions"/>.</summary>
internal sealed class TlsFiles
{
    private readonly WorkerTlsOptions _options;
    private readonly string? _certificate;
    private readonly string? _key;
    private readonly string? _authorities;

    /// <exception cref="InvalidDataException">A file cannot be read; the message names its key.</exception>
    public TlsFiles(WorkerTlsOptions options)
    {
        _options = options;
        _certificate = Text(nameof(options.Certificate), options.Certificate);
        _key = Text(nameof(options.Key), options.Key);
        _authorities = Text(nameof(options.CertificateAuthority), options.CertificateAuthority);
    }

    public bool HaveTheSameText(TlsFiles others) =>
        (_certificate, _key, _authorities) == (others._certificate, others._key, others._authorities);

    /// <summary>What connections to silos use.</summary>
    /// <exception cref="InvalidDataException">The files do not fit; the message names the key.</exception>
    public SslClientAuthenticationOptions Settings()
    {
        var settings = new SslClientAuthenticationOptions();
        if (_authorities is not null)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(
                Certificates(nameof(_options.CertificateAuthority), _options.CertificateAuthority, _authorities));
        }

        if (_certificate is not null)
        {
            var intermediates = Certificates(nameof(_options.Certificate), _options.Certificate, _certificate);
            intermediates.RemoveAt(0);
            settings.ClientCertificateContext = SslStreamCertificateContext.Create(Own(), intermediates, offline: true);
        }

        return settings;
    }

    private X509Certificate2 Own()
    {
        try
        {
            using var own = X509Certificate2.CreateFromPem(_certificate, _key);
            // Windows cannot use a key that was never in its store.
            return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"Tls:Key ('{_options.Key}') is not the private key of the certificate in '{_options.Certificate}': "
                + wrong.Message);
        }
    }

    private static X509Certificate2Collection Certificates(string key, string? path, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException wrong)
        {
            throw new InvalidDataException($"Tls:{key} ('{path}') is no PEM file: {wrong.Message}");
        }

        return certificates.Count > 0
            ? certificates
            : throw new InvalidDataException(
                $"Tls:{key} ('{path}') has no certificate in it: write it in PEM, -----BEGIN CERTIFICATE-----.");
    }

    private static string? Text(string key, string? path)
    {
        if (path?.Contains("-----BEGIN", StringComparison.Ordinal) == true)
        {
            // It may be a private key, so it is not shown.
            throw new InvalidDataException($"Tls:{key} has the text of a PEM file. Set it to the path of a file.");
        }

        try
        {
            return path is null ? null : File.ReadAllText(path);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"Tls:{key} ('{path}') cannot be read: {unread.Message}");
        }
    }
}
