using System.Text.RegularExpressions;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>The metrics in the tables of docs/reference/telemetry.md.</summary>
internal static partial class DocumentedMetrics
{
    private static readonly string[] Halves = File.ReadAllText(
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "telemetry.md"))
        .Split("## Metrics of a worker");

    /// <summary>Those of a silo, by their names in Prometheus.</summary>
    public static string[] OfSilo => [.. Row().Matches(Halves[0]).Select(row => row.Groups[2].Value).Order(Ordinal)];

    /// <summary>Those of a worker, by their names in OpenTelemetry.</summary>
    public static string[] OfWorker => [.. Row().Matches(Halves[1]).Select(row => row.Groups[1].Value).Order(Ordinal)];

    private static StringComparer Ordinal => StringComparer.Ordinal;

    [GeneratedRegex(@"^\| `(endpointsync\.[a-z._]+)` \| `(endpointsync_[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
