using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tls;

/// <summary>Whether a certificate is accepted. A complaint is the middle of a sentence.</summary>
internal static class PeerCertificate
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    /// <summary>Why its authority, its time or its usage is not accepted; null if they are.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="chain">How it is connected to the authorities.</param>
    /// <param name="now">The time.</param>
    /// <param name="authorities">The key of the setting that names the authorities.</param>
    public static string? ComplaintAboutChain(
        X509Certificate2 certificate, X509Chain chain, DateTimeOffset now, string authorities)
    {
        var expired = chain.ChainElements.Select(element => element.Certificate).Prepend(certificate)
            .FirstOrDefault(element => !IsInTime(element, now));
        if (expired is not null)
        {
            return now > expired.NotAfter
                ? $"{Text(expired)} expired at {Text(expired.NotAfter)}: issue a new one"
                : $"{Text(expired)} is not valid before {Text(expired.NotBefore)}: check this machine's clock";
        }

        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, next) => all | next.Status);
        const X509ChainStatusFlags untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
            | X509ChainStatusFlags.NotSignatureValid;
        return status switch
        {
            X509ChainStatusFlags.NoError => null,
            _ when (status & untrusted) != 0 =>
                $"{Text(certificate)} was issued by '{certificate.Issuer}', which is none of the authorities in "
                + authorities,
            _ => $"{Text(certificate)} is not accepted: {status}",
        };
    }

    /// <summary>
    /// Why its holder is no silo, or no client; null if it is. A silo's certificate is for servers and for clients, a
    /// client's for clients only, and each has the name of its role. So an authority that also issues other
    /// certificates, such as those of web servers, lets none of them in.
    /// </summary>
    public static string? ComplaintAboutRole(X509Certificate2 certificate, TlsRole role, ClusterTlsOptions options)
    {
        if (ComplaintAboutClientUsage(certificate) is { } complaint)
        {
            return $"{complaint}, and every side opens connections";
        }

        if (role == TlsRole.Silo && !IsFor(certificate, ServerUsage))
        {
            return $"{Text(certificate)} is a client's certificate: a silo's is also for servers (extended key usage "
                + "serverAuth)";
        }

        var name = role == TlsRole.Silo ? options.Name : options.ClientName;
        return certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false)
            ? null
            : $"{Text(certificate)} does not have the DNS name '{name}', which "
                + $"{ClusterTlsOptions.Section}:{(role == TlsRole.Silo ? "Name" : "ClientName")} requires; it has "
                + Names(certificate);
    }

    /// <summary>Why it is not for clients; null if it is.</summary>
    public static string? ComplaintAboutClientUsage(X509Certificate2 certificate) => IsFor(certificate, ClientUsage)
        ? null
        : $"{Text(certificate)} is not for clients (extended key usage clientAuth)";

    /// <summary>The role of an accepted certificate at a gateway.</summary>
    public static string? ComplaintAboutGatewayUser(X509Certificate2 certificate, ClusterTlsOptions options) =>
        ComplaintAboutRole(certificate, TlsRole.Client, options) is { } complaint
        && ComplaintAboutRole(certificate, TlsRole.Silo, options) is not null
            ? complaint
            : null;

    public static string Text(X509Certificate2 certificate) => $"certificate '{certificate.Subject}'";

    public static string Text(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);

    private static bool IsInTime(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotBefore <= now && now <= certificate.NotAfter;

    // Without the extension a certificate is for everything. That is too much here: it would make a silo of any holder.
    private static bool IsFor(X509Certificate2 certificate, string usage) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(extension => extension.EnhancedKeyUsages[usage] is not null);

    /// <summary>The DNS names that it was issued for.</summary>
    public static IEnumerable<string> DnsNames(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames());

    /// <summary>Its DNS names, for a message.</summary>
    public static string Names(X509Certificate2 certificate) => DnsNames(certificate).ToList() is { Count: > 0 } names
        ? string.Join(", ", names.Select(name => $"'{name}'"))
        : "none";
}
