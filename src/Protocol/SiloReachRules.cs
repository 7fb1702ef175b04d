namespace EndpointSync.Core;

/// <summary>
/// The rules for the settings by which a worker or a client reaches silos over HTTP: their URLs and the key. Each error
/// names the key of the setting, without its section, and the remedy.
/// </summary>
internal static class SiloReachRules
{
    // How each key begins; a key that was set by mistake is not shown.
    private const string ApiKeyPrefix = "epsync_";

    public static IEnumerable<string> Urls(IEnumerable<string> silos)
    {
        foreach (var silo in silos)
        {
            if (silo.Contains('@', StringComparison.Ordinal))
            {
                // It may be followed by a password, so it is not shown.
                yield return "Silos has a URL with a name or a password in it: leave these out, and set KeyFile.";
            }
            else if (!Uri.TryCreate(silo, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https") || uri.Query.Length + uri.Fragment.Length > 0)
            {
                yield return $"Silos ('{silo}') is not the URL of a silo: write http://host:port or https://host:port.";
            }
        }
    }

    // The key itself is never part of a message.
    public static IEnumerable<string> Key(string? key, string? keyFile)
    {
        if (key is not null && keyFile is not null)
        {
            yield return "Key and KeyFile are both set: leave one of them out.";
        }

        if (key is not null && (key.Length == 0 || key.Any(letter => letter is <= ' ' or > '~')))
        {
            yield return "Key is empty or has characters that no key has: copy it as 'endpointsync keys create' "
                + "printed it.";
        }

        if (keyFile is not null && !File.Exists(keyFile))
        {
            yield return keyFile.Contains(ApiKeyPrefix, StringComparison.Ordinal)
                ? "KeyFile has a key. Set it to the path of a file with the key, or set Key."
                : $"KeyFile ('{keyFile}') does not exist: write the key into it.";
        }
    }
}
