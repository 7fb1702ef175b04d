using EndpointSync.Certificates;
using EndpointSync.Core;
using EndpointSync.Wire;
using EndpointSync.Worker.Feed;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker;

/// <summary>The rules for a worker's options. Each error names the key, its value and the remedy.</summary>
internal sealed class WorkerOptionsRules : IValidateOptions<WorkerOptions>
{
    private const int LongestName = 200;

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

        if (!WorkerRing.IsValid(options.Ring))
        {
            yield return $"Ring ('{options.Ring}') must have {WorkerRing.Form}: "
                + $"correct it, or leave it out for {WorkerRing.Default}.";
        }

        foreach (var complaint in Silos(options).Concat(SiloReachRules.Urls(options.Silos))
            .Concat(SiloReachRules.Key(options.Key, options.KeyFile)).Concat(Tls(options)))
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

        if (options.SiloTimeout < ShortestSiloTimeout || options.SiloTimeout > LongestSiloTimeout)
        {
            yield return $"SiloTimeout ({options.SiloTimeout}) must lie between "
                + $"{ShortestSiloTimeout} and {LongestSiloTimeout}.";
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
            TlsFiles.Of(TlsFiles.Read(tls));
            return null;
        }
        catch (CertificateException unusable)
        {
            return unusable.Message;
        }
    }
}
