using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EndpointSync.Tls;

/// <summary>Reads PEM files that settings name. Errors name the key of the setting and the file.</summary>
internal static class PemFile
{
    /// <exception cref="CertificateException">The file cannot be read.</exception>
    public static string Read(string key, string path)
    {
        if (path.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            // It may be a private key, so it is not shown.
            throw new CertificateException($"{key} has the text of a PEM file. Set it to the path of a file.");
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CertificateException($"{key} ({path}) cannot be read: {unread.Message}");
        }
    }

    /// <summary>The certificates in a file's text; one at least.</summary>
    /// <exception cref="CertificateException">There is none.</exception>
    public static X509Certificate2Collection Certificates(string key, string? path, string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException wrong)
        {
            throw new CertificateException($"{key} ({path}) is no PEM file: {wrong.Message}");
        }

        return certificates.Count > 0
            ? certificates
            : throw new CertificateException(
                $"{key} ({path}) has no certificate in it: write it in PEM, -----BEGIN CERTIFICATE-----.");
    }

    /// <summary>Two equal ones need not be read again.</summary>
    public static string Fingerprint(params string[] texts) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts))));
}
