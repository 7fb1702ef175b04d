using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class ConvergenceTests
{
    private static readonly TimeSpan LongTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task All_silos_serve_a_version_soon_after_the_receipt_and_the_answer_counts_them()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 3, SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();

        var convergence = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Silos, LongTimeout);

        Assert.True(convergence.Reached);
        Assert.Equal((3, 0, WaitFor.Silos), (convergence.Silos, convergence.Workers, convergence.WaitedFor));
    }

    [Fact]
    public async Task Waiting_for_workers_ends_when_the_last_one_reports_the_version()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var (first, second) = (new ScriptedWorker(cluster, "first"), new ScriptedWorker(cluster, "second"));
        var (firstAnswer, secondAnswer) = (first.AskAsync(silo: 0, version: 0), second.AskAsync(silo: 1, version: 0));
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        var wait = cluster.ConvergeAsync(0, receipt.Version, WaitFor.Workers, LongTimeout);

        Assert.Equal(1, (await firstAnswer.Within("the version at the first worker")).Image.Version.Value);
        var acknowledged = first.AskAsync(silo: 0, version: 1);
        var meanwhile = await cluster.ConvergeAsync(1, receipt.Version, WaitFor.Workers, ShortTimeout);
        await secondAnswer.Within("the version at the second worker");
        var alsoAcknowledged = second.AskAsync(silo: 1, version: 1);
        var convergence = await wait.Within("convergence");

        Assert.Equal(
            ("second", 0L, 1L),
            meanwhile.Missing.Select(missing => (missing.Name, missing.Version.Value, missing.Lag)).Single());
        Assert.True(convergence.Reached);
        Assert.Equal(2, convergence.Workers);
        await Task.WhenAll(acknowledged, alsoAcknowledged);
    }

    [Fact]
    public async Task A_worker_that_refuses_a_version_is_named_with_its_reason()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "stubborn");
        await worker.AskAsync(silo: 0, version: 0, "it does not like it");

        var convergence = await cluster.ConvergeAsync(1, receipt.Version, WaitFor.Workers, ShortTimeout);

        var missing = Assert.Single(convergence.Missing);
        Assert.Equal(
            ("stubborn", "it does not like it", SubscriberKind.Worker), (missing.Name, missing.Problem, missing.Kind));
        Assert.Equal(2, convergence.Silos);
    }

    [Fact]
    public async Task A_silo_that_cannot_serve_a_version_is_named_with_its_version_and_the_reason()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await cluster.Database.ExecuteAsync(
            "update endpoint_sync.state set version = 2, content_hash = decode(repeat('ab', 32), 'hex')");

        var receipt = await cluster.ReloadAsync();
        var convergence = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Silos, ShortTimeout);

        Assert.Equal(2, receipt.Version.Value);
        Assert.All(convergence.Missing, missing => Assert.Contains("hash", missing.Problem, StringComparison.Ordinal));
        Assert.Equal([1L, 1L], convergence.Missing.Select(missing => missing.Version.Value));
    }

    [Fact]
    public async Task A_silent_worker_is_waited_for_until_its_lease_ends()
    {
        await using var cluster = await SyncCluster.StartAsync(
            publishing: new PublishingOptions { WorkerLease = TimeSpan.FromSeconds(8) });
        var worker = new ScriptedWorker(cluster, "dead");
        await worker.AskAsync(silo: 0, version: 0);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();

        var early = await cluster.ConvergeAsync(1, receipt.Version, WaitFor.Workers, ShortTimeout);
        var late = await cluster.ConvergeAsync(1, receipt.Version, WaitFor.Workers, LongTimeout);

        Assert.Equal("dead", Assert.Single(early.Missing).Name);
        Assert.True(late.Reached);
        Assert.Equal(0, late.Workers);
    }

    [Fact]
    public async Task A_worker_that_moves_to_another_silo_counts_once_with_its_latest_report()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "traveller");
        await worker.AskAsync(silo: 0, version: 0);
        var moved = worker.AskAsync(silo: 1, version: 1);

        var convergence = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Workers, LongTimeout);

        Assert.True(convergence.Reached);
        Assert.Equal(1, convergence.Workers);
        await moved;
    }

    [Fact]
    public async Task A_worker_that_leaves_is_not_waited_for()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "polite");
        await worker.AskAsync(silo: 0, version: 0);
        worker.Leave(silo: 0);

        Assert.True((await cluster.ConvergeAsync(1, receipt.Version, WaitFor.Workers, ShortTimeout)).Reached);
    }

    [Fact]
    public async Task A_worker_whose_silo_stopped_is_waited_for_until_its_lease_ends()
    {
        await using var cluster = await SyncCluster.StartAsync(
            publishing: new PublishingOptions { WorkerLease = TimeSpan.FromMinutes(1) });
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await new ScriptedWorker(cluster, "orphan").AskAsync(silo: 1, version: 0);
        await UntilKnownAsync(cluster, silo: 0, "orphan");

        await cluster.StopAsync(cluster.Silo(1));
        var convergence = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Workers, ShortTimeout);

        Assert.Contains("orphan", convergence.Missing.Select(missing => missing.Name));
    }

    [Fact]
    public async Task A_wait_at_a_silo_that_stops_ends_without_claiming_convergence()
    {
        await using var cluster = await SyncCluster.StartAsync(
            silos: 1, publishing: new PublishingOptions { WorkerLease = TimeSpan.FromMinutes(1) });
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await new ScriptedWorker(cluster, "old").AskAsync(silo: 0, version: 0);
        var wait = cluster.ConvergeAsync(0, receipt.Version, WaitFor.Workers, TimeSpan.FromMinutes(1));

        var stopping = cluster.StopAsync(cluster.Silo(0));

        await Assert.ThrowsAnyAsync<Exception>(() => wait.Within("the end of the wait"));
        await stopping.Within("the end of the silo");
    }

    [Fact]
    public async Task Workers_and_silos_that_served_a_lost_version_count_only_when_they_serve_the_one_that_replaces_it()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(2);
        var worker = new ScriptedWorker(cluster, "old");
        var answer = worker.AskAsync(silo: 0, version: 2);
        await cluster.Database.GoBackToFirstVersionAsync();
        await cluster.Database.AddEndpointAsync("items", "/items");

        var receipt = await cluster.ReloadAsync();
        var silos = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Silos, LongTimeout);
        var answered = cluster.Routes(1).Image!.Table.Match("/items/7", "GET").Entry;
        var workers = await cluster.ConvergeAsync(0, receipt.Version, WaitFor.Workers, ShortTimeout);

        Assert.True(receipt.Version.Value > 2, $"version {receipt.Version} was served before");
        Assert.True(silos.Reached);
        Assert.NotNull(answered);
        Assert.Equal("old", Assert.Single(workers.Missing).Name);
        Assert.True((await answer.Within("the answer at the worker")).Image.Version.Value > 2);
    }

    [Fact]
    public async Task A_worker_that_alone_served_a_lost_version_raises_the_next_one_without_an_edit()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "with the snapshot of another database");

        var news = await worker.AskAsync(silo: 0, version: 7);
        await cluster.UntilServedAsync(8);

        Assert.Equal(8, news.Image.Version.Value);
        Assert.NotNull(cluster.Routes(1).Image!.Table.Match("/orders/7", "GET").Entry);
    }

    [Fact]
    public async Task A_worker_whose_table_is_of_another_history_does_not_count_whatever_its_number()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        for (var count = 0; count < 3; count++)
        {
            await cluster.Database.AddEndpointAsync($"orders{count}", $"/orders{count}");
            await cluster.ReloadAsync();
        }

        await cluster.UntilServedAsync(3);
        var worker = new ScriptedWorker(cluster, "other");

        await worker.AskAsync(silo: 0, version: 2);
        var answer = await cluster.ConvergeAsync(0, new RouteVersion(2), WaitFor.Workers, ShortTimeout);

        Assert.Contains(
            "its table of version 2 differs", Assert.Single(answer.Missing).Problem, StringComparison.Ordinal);
    }

    private static async Task UntilKnownAsync(SyncCluster cluster, int silo, string worker)
    {
        var workers = cluster.Workers(silo);
        var changed = workers.Changed;
        while (workers.List("here").All(known => known.Name != worker))
        {
            await changed.Within($"worker {worker} at silo {silo}");
            changed = workers.Changed;
        }
    }
}
