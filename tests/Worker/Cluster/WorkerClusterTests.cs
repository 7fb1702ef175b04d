using System.Net;
using EndpointSync.Worker.Snapshots;
using EndpointSync.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Tests.Worker.Cluster;

public sealed class WorkerClusterTests(ITestOutputHelper output) : IDisposable
{
    private const int FeedFailed = 3105;

    private readonly string _folder = Directory.CreateTempSubdirectory("worker").FullName;

    [Fact]
    public async Task A_reload_that_waits_for_workers_returns_when_they_serve_it()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        var workers = new[] { await cluster.WorkerAsync("one"), await cluster.WorkerAsync("two") };
        await cluster.UntilWorkersCountAsync(2);

        for (var round = 0; round < 5; round++)
        {
            var receipt = await cluster.DeclareAsync($"/path{round}");

            Assert.True(receipt.Convergence!.Reached, string.Join("; ", receipt.Convergence.Missing));
            Assert.Equal((2, 2), (receipt.Convergence.Silos, receipt.Convergence.Workers));
            output.WriteLine(
                $"Version {receipt.Version}: from receipt to all workers "
                + $"{receipt.Convergence.Elapsed.TotalMilliseconds:0.0} ms");
            Assert.Equal("one", await workers[0].TextAsync($"/path{round}"));
            Assert.Equal("two", await workers[1].TextAsync($"/path{round}"));
        }
    }

    [Fact]
    public async Task After_a_receipt_no_worker_answers_404_for_the_new_path()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        var workers = new[] { await cluster.WorkerAsync("one"), await cluster.WorkerAsync("two") };
        await cluster.DeclareAsync("/first");
        await Task.WhenAll(workers.Select(worker => worker.ServesAsync(1)));

        for (var round = 0; round < 20; round++)
        {
            await cluster.DeclareAsync($"/path{round}", WaitFor.Nobody);

            var answers = await Task.WhenAll(workers.Select(worker => worker.GetAsync($"/path{round}")));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_worker_starts_with_everything_down_and_catches_up()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 0);
        var snapshot = Path.Combine(_folder, "routes.json");
        var route = Routes.Of(1, LiveCluster.App, "/old");
        Assert.True(RouteImage.Empty.TryReplace(RouteVersion.None.Next, route.Hash, [route], out var image, out _));
        await SnapshotFile.WriteAsync(snapshot, Snapshot.Of(WorkerApp.Registry, image), CancellationToken.None);

        var worker = await cluster.WorkerAsync("one", snapshot);
        Assert.Equal("one", await worker.TextAsync("/old"));
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/new")).StatusCode);
        Assert.Equal(HealthStatus.Degraded, (await worker.HealthAsync()).Status);

        await cluster.StartSilosAsync(1);
        await cluster.UntilWorkersCountAsync(1);
        await cluster.DeclareAsync("/new");
        await cluster.DeclareAsync("/newer");

        Assert.Equal("one", await worker.TextAsync("/new"));
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/old")).StatusCode);
        Assert.Equal(HealthStatus.Healthy, (await worker.HealthAsync()).Status);
    }

    [Fact]
    public async Task A_worker_moves_on_from_a_silo_that_was_killed()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        var worker = await cluster.WorkerAsync("one");
        await cluster.UntilWorkersCountAsync(1);
        await cluster.DeclareAsync("/first");
        var served = (await cluster.SubscribersAsync(cluster.Silos[0])).Subscribers.Single(
            subscriber => subscriber.Kind == SubscriberKind.Worker);

        var killed = TimeProvider.System.GetTimestamp();
        var gone = cluster.Silos.Single(silo => silo.Name == served.Silo);
        gone.Kill();
        await gone.Exited.Within("the silo's end");
        await worker.Log.FirstAsync(FeedFailed).Within("the worker to notice");
        output.WriteLine(
            "From the kill to the next long poll: "
            + $"{TimeProvider.System.GetElapsedTime(killed).TotalMilliseconds:0} ms");
        var receipt = await cluster.DeclareAsync("/second", WaitFor.Nobody);
        await worker.ServesAsync(receipt.Version.Value);

        output.WriteLine(
            $"From the kill to the next version served: "
            + $"{TimeProvider.System.GetElapsedTime(killed).TotalMilliseconds:0} ms");
        Assert.Equal("one", await worker.TextAsync("/second"));
        Assert.Equal("one", await worker.TextAsync("/first"));
    }

    [Fact]
    public async Task A_worker_without_a_handler_is_named_with_its_reason()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        var worker = await cluster.WorkerAsync("one", map: apps => apps.Map("other", () => "other"));
        await cluster.UntilWorkersCountAsync(1);

        var receipt = await cluster.DeclareAsync("/first", timeoutSeconds: 2);

        var missing = Assert.Single(receipt.Convergence!.Missing);
        Assert.Equal("one", missing.Name);
        Assert.Contains(
            $"no handler for app '{LiveCluster.App}' of route key 'fastapi.endpoint:", missing.Problem!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_was_killed_stops_counting_after_its_lease()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        var worker = await cluster.WorkerAsync("one");
        using var sample = SampleWorker.Start(cluster.Settings("killed"));
        await sample.ReadyAsync();
        await cluster.UntilWorkersCountAsync(2);
        Assert.Equal(2, (await cluster.DeclareAsync("/first")).Convergence!.Workers);

        sample.Kill();
        var receipt = await cluster.DeclareAsync("/second");

        Assert.True(receipt.Convergence!.Reached, string.Join("; ", receipt.Convergence.Missing));
        Assert.Equal(1, receipt.Convergence.Workers);
        output.WriteLine($"From the receipt to without it: {receipt.Convergence.Elapsed.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_reload_that_not_all_workers_serve_names_those_that_do_not()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 1);
        var worker = await cluster.WorkerAsync("one");
        using var sample = SampleWorker.Start(cluster.Settings("gone"));
        await cluster.UntilWorkersCountAsync(2);
        await cluster.DeclareAsync("/first");
        sample.Kill();

        var receipt = await cluster.DeclareAsync("/second", timeoutSeconds: 2);

        Assert.Contains(receipt.Convergence!.Missing, subscriber => subscriber.Name == "gone");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
