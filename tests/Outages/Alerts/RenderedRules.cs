using System.Text.RegularExpressions;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Outages.Alerts;

/// <summary>
/// The alert rules and the configuration of <c>deploy/prometheus</c> with shorter times, so that a test can wait for
/// them. Nothing else differs: not one expression, threshold or label.
/// </summary>
internal static partial class RenderedRules
{
    /// <summary>The folder of the real files.</summary>
    public static string Folder { get; } =
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "deploy", "prometheus");

    /// <summary>The real rules.</summary>
    public static string File { get; } = Path.Combine(Folder, "endpointsync.rules.yml");

    /// <summary>The names of all alerts.</summary>
    public static IReadOnlyList<string> Alerts { get; } =
        [.. AlertName().Matches(System.IO.File.ReadAllText(File)).Select(match => match.Groups[1].Value)];

    /// <summary>
    /// Writes both files into a folder: scrapes and evaluations each second, <c>for</c> of a second, windows of ten
    /// seconds and of twenty for what was before, and the silos of the test with a key of their own.
    /// </summary>
    public static async Task WriteAsync(string folder, IEnumerable<Uri> silos, string key)
    {
        var rules = await System.IO.File.ReadAllTextAsync(File);
        rules = Holding().Replace(rules, "for: 1s");
        rules = Window().Replace(rules, "[10s]");
        rules = Subquery().Replace(rules, "[20s:1s]");
        var configuration = await System.IO.File.ReadAllTextAsync(Path.Combine(Folder, "prometheus.yml"));
        configuration = Interval().Replace(configuration, "$1_interval: 1s")
            .Replace("/etc/prometheus/endpointsync.key", "key", StringComparison.Ordinal)
            .Replace(
                "- 127.0.0.1:5080", string.Join("\n          ", silos.Select(silo => $"- {silo.Authority}")),
                StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "endpointsync.rules.yml"), rules);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), configuration);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "key"), key);
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"for: \d+m")]
    private static partial Regex Holding();

    [GeneratedRegex(@"\[\d+m\]")]
    private static partial Regex Window();

    [GeneratedRegex(@"\[\d+m:\]")]
    private static partial Regex Subquery();

    [GeneratedRegex(@"(scrape|evaluation)_interval: \d+s")]
    private static partial Regex Interval();
}
