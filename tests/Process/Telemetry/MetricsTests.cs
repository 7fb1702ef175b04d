using System.Net;
using System.Text.RegularExpressions;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>What a real silo tells Prometheus.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
    private static readonly string Page =
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "telemetry.md");

    private Fleet _fleet = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await Fleet.StartAsync(1);
        _http = new HttpClient { BaseAddress = _fleet.Silos.Silos[0].Address };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task The_metrics_are_those_of_the_page_and_count_what_was_done()
    {
        await _fleet.Database.AddEndpointAsync("a", "/a");
        await _fleet.Database.AddEndpointAsync("bad", "/<");
        await ReloadAsync();
        await ReloadAsync();
        await Deadline.UntilAsync(
            async () => await ValueAsync("endpointsync_version{") == 1
                && await ValueAsync("endpointsync_endpoints_quarantined{") == 1,
            "metrics of a poll that saw version 1");

        var scraped = await ScrapeAsync();
        Assert.Equal(
            Names(await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken), DocumentedName()),
            Names(scraped, TypeOfMetric()));
        Assert.Equal(1, Value(scraped, "endpointsync_reloads_total{", "outcome=\"Synced\""));
        Assert.True(Value(scraped, "endpointsync_reloads_total{", "outcome=\"UpToDate\"") >= 1);
        Assert.Equal(1, Value(scraped, "endpointsync_route_changes_total{", "change=\"added\""));
        Assert.Equal(1, Value(scraped, "endpointsync_sync_duration_seconds_count{", "outcome=\"Synced\""));
        Assert.Equal(2, Value(scraped, "endpointsync_convergence_duration_seconds_count{", "reached=\"true\""));
        Assert.Equal(1, Value(scraped, "endpointsync_version_served{"));
        Assert.Equal(1, Value(scraped, "endpointsync_routes{"));
        Assert.Equal(1, Value(scraped, "endpointsync_history_versions{"));
        Assert.Equal(0, Value(scraped, "endpointsync_syncs_pending{"));
        Assert.Equal(0, Value(scraped, "endpointsync_workers{"));
    }

    [Fact]
    public async Task Another_writers_statement_is_counted_by_whether_it_held_the_lock()
    {
        await ReloadAsync();
        await _fleet.Database.ExecuteAsync(
            """
            insert into endpoint_route (key, route, opts, routing)
            values ('endpoint.endpoint:5:/demo', '/demo', '{}', '{"methods": ["GET"], "routes": ["/demo"]}')
            """);

        await Deadline.UntilAsync(
            async () => await ValueAsync("endpointsync_foreign_writes_total{", "locked=\"false\"") == 1
                && await ValueAsync("endpointsync_foreign_writes_total{", "locked=\"true\"") == 0,
            "one write without the lock");
    }

    private async Task ReloadAsync()
    {
        using var answer = await _http.PostAsync(
            new Uri("api/v1/registries/openspp/reload?wait=silos", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<string> ScrapeAsync() =>
        _http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);

    private async Task<double?> ValueAsync(string name, string label = "") =>
        Value(await ScrapeAsync(), name, label);

    // The exposition format has one line for each series: name{labels} value timestamp.
    private static double? Value(string scraped, string name, string label = "")
    {
        var line = scraped.Split('\n').SingleOrDefault(
            line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal));
        return line is null
            ? null
            : double.Parse(
                line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
                System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string[] Names(string text, Regex pattern) =>
        [.. pattern.Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^# TYPE (endpointsync_\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeOfMetric();

    [GeneratedRegex(@"^\| `endpointsync\.[a-z.]+` \| `(endpointsync_[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedName();
}
