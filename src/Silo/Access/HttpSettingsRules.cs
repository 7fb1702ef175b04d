using System.Security.Cryptography;
using EndpointSync.Certificates;

namespace EndpointSync.Silo.Access;

/// <summary>The rules for <see cref="HttpSettings"/>. Each error names the key, its value and the remedy.</summary>
internal static class HttpSettingsRules
{
    private const string Section = "EndpointSync:Http";
    private const int HighestLimit = 10_000_000;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(1);

    public static IEnumerable<string> Check(HttpSettings http) =>
        Url(http).Concat(Certificate(http)).Concat(Keys(http)).Concat(Tokens(http.Jwt))
            .Concat(Certificates(http.ClientCertificates)).Concat(Limits(http.Limits)).Concat(Drain(http));

    private static IEnumerable<string> Url(HttpSettings http)
    {
        if (http.AdvertisedUrl is { } url
            && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return $"{Section}:AdvertisedUrl ('{url}') must be the URL where workers reach this silo, "
                + "http://host:port or https://host:port.";
        }
    }

    private static IEnumerable<string> Certificate(HttpSettings http)
    {
        if (http.Certificate is null != http.Key is null)
        {
            yield return $"{Section}:Certificate and {Section}:Key are needed together: the PEM files of the "
                + "certificate for https and of its private key.";
        }
        else if (http.Certificate is not null && ComplaintAbout(http) is { } complaint)
        {
            yield return complaint;
        }
    }

    private static string? ComplaintAbout(HttpSettings http)
    {
        try
        {
            HttpSettings.ReadCertificate(http.CertificateFiles());
            return null;
        }
        catch (CertificateException unusable)
        {
            return unusable.Message;
        }
    }

    private static IEnumerable<string> Keys(HttpSettings http)
    {
        foreach (var (key, hash) in new[]
        {
            ("AdminKeyHash", http.AdminKeyHash), ("WorkerKeyHash", http.WorkerKeyHash),
        })
        {
            if (hash is not null && (hash.Length != SHA256.HashSizeInBytes * 2 || !hash.All(char.IsAsciiHexDigit)))
            {
                // The value may be a key that was set by mistake, so it is not shown.
                yield return $"{Section}:{key} must be the SHA-256 of a key in 64 hexadecimal digits: "
                    + "`printf %s \"$key\" | sha256sum`. A key itself does not belong in a configuration.";
            }
        }

        if (http is { WorkerKeyHash: not null, IsProtected: false })
        {
            yield return $"{Section}:WorkerKeyHash needs {Section}:AdminKeyHash, {Section}:Jwt:Authority or "
                + $"{ClientCertificateSettings.Section}:CertificateAuthority: without those the API is open, and a "
                + "worker's key would protect nothing.";
        }
    }

    private static IEnumerable<string> Drain(HttpSettings http)
    {
        if (http.DrainDelay < TimeSpan.Zero || http.DrainDelay > LongestDrain)
        {
            yield return $"{Section}:DrainDelay ({http.DrainDelay}) must lie between 00:00:00 and {LongestDrain}.";
        }
    }

    private static IEnumerable<string> Limits(LimitSettings limits)
    {
        foreach (var (key, value) in new[]
        {
            ("RequestsPerSecond", limits.RequestsPerSecond), ("Burst", limits.Burst),
            ("AnonymousPerSecond", limits.AnonymousPerSecond), ("AnonymousBurst", limits.AnonymousBurst),
        })
        {
            if (value is < 1 or > HighestLimit)
            {
                yield return $"{Section}:Limits:{key} ({value}) must lie between 1 and {HighestLimit}.";
            }
        }
    }

    private static IEnumerable<string> Tokens(JwtSettings jwt)
    {
        if (jwt.Authority is null)
        {
            if (jwt.Audience is not null || jwt.ClientId is not null || jwt.Roles.Count > 0)
            {
                yield return $"{Section}:Jwt needs an Authority, the URL of the tokens' issuer: without it no token is "
                    + "valid.";
            }

            yield break;
        }

        if (!Uri.TryCreate(jwt.Authority, UriKind.Absolute, out var authority) || !IssuerHandler.IsSafe(authority))
        {
            yield return $"{Section}:Jwt:Authority ('{jwt.Authority}') must be the URL of the tokens' issuer, with "
                + "https unless it is on a loopback address: whoever changes its answers on the way can make tokens.";
        }

        if (string.IsNullOrWhiteSpace(jwt.Audience))
        {
            yield return $"{Section}:Jwt:Audience is empty: set the audience that the issuer gives to tokens for this "
                + "API. Without one, the issuer's tokens for any other service would be valid here.";
        }

        foreach (var complaint in Client(jwt))
        {
            yield return complaint;
        }

        foreach (var (key, claim) in new[] { ("RoleClaim", jwt.RoleClaim), ("NameClaim", jwt.NameClaim) })
        {
            if (string.IsNullOrWhiteSpace(claim))
            {
                yield return $"{Section}:Jwt:{key} is empty: set the name of a claim, or leave the key out.";
            }
        }

        foreach (var (value, grant) in jwt.Roles.Where(role => !Grant.TryParse(role.Value, out _)))
        {
            yield return $"{Section}:Jwt:Roles:{value} ('{grant}') must be viewer, worker, operator or admin, alone or "
                + "with a registry: operator/openspp.";
        }
    }

    private static IEnumerable<string> Client(JwtSettings jwt)
    {
        if (jwt.ClientId is null && jwt.ClientSecret is not null)
        {
            yield return $"{Section}:Jwt:ClientSecret needs a ClientId, the console's name at the issuer.";
        }

        if (jwt.ClientId is not null && string.IsNullOrWhiteSpace(jwt.ClientId))
        {
            yield return $"{Section}:Jwt:ClientId is empty: set the console's name at the issuer, or leave the key "
                + "out.";
        }

        if (!jwt.Scopes.Contains("openid"))
        {
            yield return $"{Section}:Jwt:Scope ('{jwt.Scope}') must contain openid: without it the issuer does not say "
                + "who signs in.";
        }
    }

    private static IEnumerable<string> Certificates(ClientCertificateSettings certificates)
    {
        const string section = ClientCertificateSettings.Section;
        if (!certificates.IsConfigured)
        {
            if (certificates.Roles.Count > 0)
            {
                yield return $"{section} needs a CertificateAuthority, the PEM file with the authorities of the "
                    + "certificates: without it no certificate is asked for.";
            }

            yield break;
        }

        if (ClientCertificates.ComplaintAbout(certificates) is { } complaint)
        {
            yield return complaint;
        }

        foreach (var (name, roles) in certificates.Roles.Where(
            role => ClientCertificateSettings.Grants(role.Value).Any(grant => grant is null)))
        {
            yield return $"{section}:Roles:{name} ('{roles}') must be viewer, worker, operator or admin, alone or with "
                + "a registry: worker/openspp. Separate several by commas.";
        }
    }
}
