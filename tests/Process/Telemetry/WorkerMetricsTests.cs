using System.Net;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>What a real worker sends to a collector.</summary>
public sealed class WorkerMetricsTests : IAsyncLifetime
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private TracedFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TracedFleet.StartAsync();

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task The_metrics_are_those_of_the_page_and_tell_the_versions_apart()
    {
        Assert.Equal(HttpStatusCode.OK, await _fleet.AskWorkerAsync("first/", Trace));
        Assert.Equal(HttpStatusCode.NotFound, await _fleet.AskWorkerAsync("orders/", Trace));
        await _fleet.DeclareAsync("orders");
        await _fleet.ReloadAsync(Trace);
        Assert.Equal(HttpStatusCode.OK, await _fleet.AskWorkerAsync("orders/", Trace));
        Assert.Equal(HttpStatusCode.OK, await _fleet.AskWorkerAsync("first/", Trace));

        await UntilAsync("endpointsync.worker.version", 2);
        await UntilAsync("endpointsync.worker.version.lag", 0);
        await UntilAsync("endpointsync.worker.answers", 3, "answer=Served");
        await UntilAsync("endpointsync.worker.answers", 1, "answer=Missed");
        await UntilAsync("endpointsync.worker.answers", 0, "answer=Failed");
        await UntilAsync("endpointsync.worker.table.answers", 2, "table=current", "answer=Served");
        await UntilAsync("endpointsync.worker.table.answers", 0, "table=current", "answer=Missed");
        await UntilAsync("endpointsync.worker.table.answers", 1, "table=previous", "answer=Served");
        await UntilAsync("endpointsync.worker.table.answers", 1, "table=previous", "answer=Missed");
        await UntilAsync("endpointsync.worker.guard.queries", 1, "outcome=Newest");
        await UntilAsync("endpointsync.worker.questions", 2, "outcome=News");
        await UntilAsync("endpointsync.worker.snapshot", 0);
        // On a busy machine a silo may have answered too late.
        await Deadline.UntilAsync(
            () => Task.FromResult(Points("endpointsync.worker.silo.switches").Any()), "the switches of silos");
        Assert.Equal(
            DocumentedMetrics.OfWorker,
            _fleet.Collector.Points
                .Where(point => point.Service == TracedFleet.WorkerService
                    && point.Name.StartsWith("endpointsync.", StringComparison.Ordinal))
                .Select(point => point.Name).Distinct().Order(StringComparer.Ordinal));
    }

    private Task UntilAsync(string name, long value, params string[] labels) => Deadline.UntilAsync(
        () => Task.FromResult(Points(name)
            .LastOrDefault(point => labels.All(label => label.Split('=') is [var key, var wanted]
                && point.Labels.GetValueOrDefault($"endpointsync.{key}") == wanted))?.Value == value),
        $"{name} {string.Join(", ", labels)} of {value}");

    private IEnumerable<MetricPoint> Points(string name) => _fleet.Collector.Points.Where(
        point => point.Service == TracedFleet.WorkerService && point.Name == name);
}
