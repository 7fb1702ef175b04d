using EndpointSync.Worker.Feed;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker;

/// <summary>The rules for a worker's options. Each error names the key, its value and the remedy.</summary>
internal sealed class WorkerOptionsRules : IValidateOptions<WorkerOptions>
{
    private const int LongestName = 200;

    // How each key begins; a key that was set by mistake is not shown.
    private const string ApiKeyPrefix = "epsync_";

    private static readonly string[] WerkzeugVersions = ["2.2", "2.3", "3.0", "3.1"];

    private static readonly TimeSpan LongestMinVersionTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestNotFoundTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestSiloTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestSiloTimeout = TimeSpan.FromSeconds(30);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        // The options without a name are only what registries have in common.
        if (string.IsNullOrEmpty(name))
        {
            return ValidateOptionsResult.Skip;
        }

        var complaints = Check(options).Select(complaint => $"{WorkerOptions.Section}:{complaint}").ToList();
        return complaints.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }

    private static IEnumerable<string> Check(WorkerOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Name) || options.Name.Length > LongestName)
        {
            yield return $"Name ('{options.Name}') must have 1 to {LongestName} characters: "
                + "shorten it, or leave it out for machine and process id.";
        }

        foreach (var complaint in Silos(options).Concat(Key(options)).Concat(Tls(options)))
        {
            yield return complaint;
        }

        if (options.SnapshotPath is { } path
            && (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal)))
        {
            yield return $"SnapshotPath ('{path}') names no file: "
                + "give the path of a file, or leave it out for no snapshot.";
        }

        if (options.MinVersionTimeout < TimeSpan.Zero || options.MinVersionTimeout > LongestMinVersionTimeout)
        {
            yield return $"MinVersionTimeout ({options.MinVersionTimeout}) must lie between "
                + $"{TimeSpan.Zero} and {LongestMinVersionTimeout}.";
        }

        if (options.NotFoundTimeout < TimeSpan.Zero || options.NotFoundTimeout > LongestNotFoundTimeout)
        {
            yield return $"NotFoundTimeout ({options.NotFoundTimeout}) must lie between "
                + $"{TimeSpan.Zero} (no check) and {LongestNotFoundTimeout}.";
        }

        if (!WerkzeugVersions.Contains(options.Werkzeug))
        {
            yield return $"Werkzeug ('{options.Werkzeug}') must be one of {string.Join(", ", WerkzeugVersions)}: "
                + "the first two numbers of what 'pip show werkzeug' prints on an Odoo worker.";
        }
    }

    private static IEnumerable<string> Silos(WorkerOptions options)
    {
        if (options.Silos.Count == 0)
        {
            yield return "Silos is empty: name at least one silo, such as Silos:0=http://10.0.0.1:5080.";
        }

        foreach (var silo in options.Silos)
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

        if (options.SiloTimeout < ShortestSiloTimeout || options.SiloTimeout > LongestSiloTimeout)
        {
            yield return $"SiloTimeout ({options.SiloTimeout}) must lie between "
                + $"{ShortestSiloTimeout} and {LongestSiloTimeout}.";
        }
    }

    // The key itself is never part of a message.
    private static IEnumerable<string> Key(WorkerOptions options)
    {
        if (options.Key is not null && options.KeyFile is not null)
        {
            yield return "Key and KeyFile are both set: leave one of them out.";
        }

        if (options.Key is { } key && (key.Length == 0 || key.Any(letter => letter is <= ' ' or > '~')))
        {
            yield return "Key is empty or has characters that no key has: copy it as 'endpointsync keys create' "
                + "printed it.";
        }

        if (options.KeyFile is { } file && !File.Exists(file))
        {
            yield return file.Contains(ApiKeyPrefix, StringComparison.Ordinal)
                ? "KeyFile has a key. Set it to the path of a file with the key, or set Key."
                : $"KeyFile ('{file}') does not exist: write the key into it.";
        }
    }

    private static IEnumerable<string> Tls(WorkerOptions options)
    {
        if (!options.Tls.IsConfigured)
        {
            yield break;
        }

        if (options.Tls.Certificate is null != options.Tls.Key is null)
        {
            yield return "Tls:Certificate and Tls:Key are needed together: set both, or none.";
        }
        else if (ComplaintAbout(options.Tls) is { } complaint)
        {
            yield return complaint;
        }

        foreach (var silo in options.Silos.Where(silo => silo.StartsWith("http:", StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"Silos ('{silo}') has no https, and Tls is set: without https no certificate is shown or "
                + "checked.";
        }
    }

    private static string? ComplaintAbout(WorkerTlsOptions tls)
    {
        try
        {
            new TlsFiles(tls).Settings();
            return null;
        }
        catch (InvalidDataException unusable)
        {
            return unusable.Message;
        }
    }
}
