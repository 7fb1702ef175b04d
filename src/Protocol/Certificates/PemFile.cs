using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EndpointSync.Certificates;

/// <summary>One state of a PEM file that a setting names. Errors name the key of the setting and the file.</summary>
/// <param name="key">The key of the setting.</param>
/// <param name="path">The file.</param>
/// <param name="text">What the file has; it may be a private key, so no message shows it.</param>
internal sealed class PemFile(string key, string path, string text)
{
    public string Key => key;

    public string Path => path;

    public string Text => text;

    /// <exception cref="CertificateException">The file cannot be read.</exception>
    public static PemFile Read(string key, string path)
    {
        if (path.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            // It may be a private key, so it is not shown.
            throw new CertificateException($"{key} has the text of a PEM file. Set it to the path of a file.");
        }

        try
        {
            return new PemFile(key, path, File.ReadAllText(path));
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CertificateException($"{key} ('{path}') cannot be read: {unread.Message}");
        }
    }

    /// <summary>The certificates in it; one at least.</summary>
    /// <exception cref="CertificateException">There is none.</exception>
    public X509Certificate2Collection Certificates()
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException wrong)
        {
            throw new CertificateException($"{key} ('{path}') is no PEM file: {wrong.Message}");
        }

        return certificates.Count > 0
            ? certificates
            : throw new CertificateException(
                $"{key} ('{path}') has no certificate in it: write it in PEM, -----BEGIN CERTIFICATE-----.");
    }

    /// <summary>What some files have, as a hash. Files with the same one need not be read again.</summary>
    public static string Fingerprint(params IEnumerable<PemFile?> files) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\0', files.Select(file => file?.Text)))));
}
