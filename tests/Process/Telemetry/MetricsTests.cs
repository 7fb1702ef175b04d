using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>What a real silo tells Prometheus.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
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
        await WaitForLockAsync();
        await AskAsWorkerAsync();
        await Deadline.UntilAsync(
            async () => await ValueAsync("endpointsync_version{") == 2
                && await ValueAsync("endpointsync_endpoints_quarantined{") == 1,
            "metrics of a poll that saw version 2");

        var scraped = await ScrapeAsync();
        Assert.Equal(DocumentedMetrics.OfSilo, Names(scraped));
        Assert.Equal(2, Value(scraped, "endpointsync_reloads_total{", "outcome=\"Synced\""));
        Assert.True(Value(scraped, "endpointsync_reloads_total{", "outcome=\"UpToDate\"") >= 1);
        Assert.Equal(2, Value(scraped, "endpointsync_route_changes_total{", "change=\"added\""));
        Assert.Equal(2, Value(scraped, "endpointsync_sync_duration_seconds_count{", "outcome=\"Synced\""));
        Assert.Equal(2, Value(scraped, "endpointsync_convergence_duration_seconds_count{", "reached=\"true\""));
        Assert.Equal(2, Value(scraped, "endpointsync_version_served{"));
        Assert.Equal(2, Value(scraped, "endpointsync_routes{"));
        Assert.Equal(2, Value(scraped, "endpointsync_history_versions{"));
        Assert.Equal(0, Value(scraped, "endpointsync_syncs_pending{"));
        Assert.Equal(1, Value(scraped, "endpointsync_workers{"));
        Assert.Equal(0, Value(scraped, "endpointsync_workers_behind{"));
        Assert.Equal(1, Value(scraped, "endpointsync_workers_lag_seconds_count{"));
        Assert.Equal(0, Value(scraped, "endpointsync_feed_questions{"));
        Assert.Equal(1, Value(scraped, "endpointsync_feed_newest_queries_total{"));
        Assert.True(Value(scraped, "endpointsync_sync_lock_wait_seconds_count{", "reached=\"true\"") >= 1);
        Assert.True(Value(scraped, "endpointsync_sync_round_trips_sum{", "outcome=\"Synced\"") >= 4);
        Assert.Equal(0, Value(scraped, "endpointsync_triggers_missing{"));
        Assert.Equal(0, Value(scraped, "endpointsync_convergence_timeouts_total{", "waited_for=\"Silos\""));
        Assert.Equal(0, Value(scraped, "endpointsync_refusals_total{", "reason=\"Forbidden\""));
    }

    [Fact]
    public async Task A_version_that_no_message_brought_is_counted_as_healed_by_the_poll()
    {
        await _fleet.Database.AddEndpointAsync("a", "/a");
        await ReloadAsync();
        var before = await ValueAsync("endpointsync_poll_heals_total{");

        // Nothing else is due that would bring it: Odoo has been told.
        await _fleet.Database.ExecuteAsync(
            "update endpoint_sync.state set version = version + 1, bumped_version = version + 1, bumped_at = now()");

        await Deadline.UntilAsync(
            async () => await ValueAsync("endpointsync_poll_heals_total{") == before + 1
                && await ValueAsync("endpointsync_version_served{") == 2,
            "a healed version");
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

    private async Task ReloadAsync(string query = "?wait=silos")
    {
        using var answer = await _http.PostAsync(
            new Uri($"api/v1/registries/openspp/reload{query}", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task WaitForLockAsync()
    {
        await _fleet.Database.AddEndpointAsync("b", "/b");
        await using var held = await ForeignLock.TakeAsync(_fleet.Database);
        var reload = ReloadAsync("?lock=wait&timeout=20s");
        await held.FoundBusyAsync();
        await held.ReleaseAsync();
        await reload;
    }

    // What a worker of another language does: it takes a table, reports that it serves it, and checks before a 404.
    private async Task AskAsWorkerAsync()
    {
        var feed = $"api/v1/registries/openspp/feed?worker={Guid.NewGuid()}&name=worker&timeout=0ms";
        var head = JsonElement.Parse((await AskAsync(feed)).Split('\n')[0]);
        var (version, hash) = (head.GetProperty("version").GetInt64(), head.GetProperty("hash").GetString());
        await AskAsync($"{feed}&after={version}&hash={hash}&serves={version}");
        await AskAsync("api/v1/registries/openspp/feed/newest");
    }

    private Task<string> AskAsync(string path) =>
        _http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

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

    private static string[] Names(string text) =>
    [
        .. TypeOfMetric().Matches(text).Select(match => match.Groups[1].Value).Distinct()
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"^# TYPE (endpointsync_\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeOfMetric();
}
