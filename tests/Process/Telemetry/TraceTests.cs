using System.Net;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>What real silos and a real worker send to a collector.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string OtherTrace = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1";

    private TracedFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TracedFleet.StartAsync();

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task A_reload_is_one_trace_from_its_request_to_each_workers_first_answer()
    {
        await _fleet.DeclareAsync("orders");
        await _fleet.ReloadAsync(Trace);
        Assert.Equal(HttpStatusCode.OK, await _fleet.AskWorkerAsync("orders/", OtherTrace));

        var request = await SpanAsync("POST /api/v1/registries/{registry}/reload", TracedFleet.SiloService);
        var sync = await SpanAsync("sync", TracedFleet.SiloService);
        await AssertBelowAsync(sync, request);
        await _fleet.Collector.SpanAsync(
            "of a statement of the sync",
            span => span.Trace == Trace && span.Parent == sync.Id
                && span.Name.Contains("VersionWriter.advance", StringComparison.Ordinal)
                && span.Tags.ContainsKey("db.query.text"));
        var swap = await SpanAsync("swap", TracedFleet.WorkerService);
        var takeUp = await _fleet.Collector.SpanAsync("of the worker's silo", span => span.Id == swap.Parent);
        var publish = await _fleet.Collector.SpanAsync("of the message to it", span => span.Id == takeUp.Parent);
        Assert.Equal(("take up", "publish", sync.Id), (takeUp.Name, publish.Name, publish.Parent));
        await Deadline.UntilAsync(
            () => Task.FromResult(
                Named("publish").Select(span => span.Tags["endpointsync.silo"]).Distinct().Count() == 2
                && Named("take up").Count() == 2),
            "a message to each silo, and its arrival");

        Assert.Equal(swap.Id, (await SpanAsync("confirm", TracedFleet.WorkerService)).Parent);
        var first = await SpanAsync("first answer", TracedFleet.WorkerService);
        Assert.Equal(swap.Id, first.Parent);
        Assert.Equal([OtherTrace], first.Links);
        // Workers ask all the time.
        Assert.DoesNotContain(
            _fleet.Collector.Spans, span => span.Name.EndsWith("/feed", StringComparison.Ordinal)
                || span.Name.EndsWith("/feed/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_that_share_a_sync_are_linked_and_no_version_gets_the_trace_of_another()
    {
        const string beside = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2";
        await using var held = await _fleet.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await held.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = held.CreateCommand();
        hold.CommandText = "select from endpoint_sync.state for update";
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await _fleet.DeclareAsync("orders");

        // The first one waits for the row; those that come now share the next sync.
        var first = _fleet.ReloadAsync(Trace, "");
        await _fleet.Database.UntilBlockedAsync();
        var shared = new[] { _fleet.ReloadAsync(OtherTrace, ""), _fleet.ReloadAsync(beside, "") };
        await _fleet.UntilAskedAsync(3);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll([first, .. shared]);

        var sync = await _fleet.Collector.SpanAsync(
            "of the shared sync", span => span.Name == "sync" && (span.Trace is OtherTrace or beside));
        Assert.Equal([sync.Trace == beside ? OtherTrace : beside], sync.Links);
        Assert.Empty((await SpanAsync("sync", TracedFleet.SiloService)).Links);
        await SpanAsync("swap", TracedFleet.WorkerService);
        Assert.DoesNotContain(
            _fleet.Collector.Spans, span => span.Name == "swap" && (span.Trace is OtherTrace or beside));
    }

    [Fact]
    public async Task What_is_measured_comes_with_an_example_of_a_trace()
    {
        await _fleet.DeclareAsync("orders");
        await _fleet.ReloadAsync(Trace);

        await Deadline.UntilAsync(
            () => Task.FromResult(_fleet.Collector.Points.Any(
                point => point.Name == "endpointsync.sync.duration" && point.Exemplars.Contains(Trace))),
            "an exemplar of the sync's duration");
        var scraped = await _fleet.ScrapeOpenMetricsAsync();
        Assert.Contains(
            scraped.Split('\n'),
            line => line.StartsWith("endpointsync_sync_duration_seconds_bucket{", StringComparison.Ordinal)
                && line.Contains($"# {{trace_id=\"{Trace}\"", StringComparison.Ordinal));
        // Prometheus 3 takes names with dots too, and the rules and the dashboard ask for others.
        Assert.DoesNotContain("\nendpointsync.", scraped, StringComparison.Ordinal);
    }

    private Task<Span> SpanAsync(string name, string service) => _fleet.Collector.SpanAsync(
        $"'{name}'", span => span.Name == name && span.Trace == Trace && span.Service == service);

    private IEnumerable<Span> Named(string name) =>
        _fleet.Collector.Spans.Where(span => span.Name == name && span.Trace == Trace);

    private async Task AssertBelowAsync(Span span, Span ancestor)
    {
        while (span.Parent != ancestor.Id)
        {
            var child = span;
            span = await _fleet.Collector.SpanAsync($"above {child}", above => above.Id == child.Parent);
        }
    }
}
