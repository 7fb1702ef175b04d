using EndpointSync.Grains.Publishing;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class ConvergenceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task All_silos_serve_a_version_soon_after_the_receipt_and_the_answer_counts_them()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 3, SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();

        var convergence = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Silos, Patience);

        Assert.True(convergence.Reached);
        Assert.Equal((3, 0, WaitFor.Silos), (convergence.Silos, convergence.Workers, convergence.WaitedFor));
    }

    [Fact]
    public async Task Waiting_for_workers_ends_when_the_last_of_them_says_that_it_serves_the_version()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var (first, second) = (new ScriptedWorker(cluster, "first"), new ScriptedWorker(cluster, "second"));
        var (firstTold, secondTold) = (first.AskAsync(silo: 0, version: 0), second.AskAsync(silo: 1, version: 0));
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        var wait = cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Workers, Patience);

        Assert.Equal(1, (await firstTold.Within("the version at the first worker")).Newest.Version.Value);
        var acknowledged = first.AskAsync(silo: 0, version: 1);
        var meanwhile = await cluster.Feed(1).ConvergeAsync(receipt.Version, WaitFor.Workers, Short);
        await secondTold.Within("the version at the second worker");
        var alsoAcknowledged = second.AskAsync(silo: 1, version: 1);
        var convergence = await wait.Within("convergence");

        Assert.Equal(("second", 0L, 1L), meanwhile.Missing.Select(missing => (missing.Name, missing.Version.Value, missing.Lag)).Single());
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

        var convergence = await cluster.Feed(1).ConvergeAsync(receipt.Version, WaitFor.Workers, Short);

        var missing = Assert.Single(convergence.Missing);
        Assert.Equal(("stubborn", "it does not like it", SubscriberKind.Worker), (missing.Name, missing.Problem, missing.Kind));
        Assert.Equal(2, convergence.Silos);
    }

    [Fact]
    public async Task A_silo_that_cannot_serve_a_version_is_named_with_its_version_and_the_reason()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await cluster.Database.ExecuteAsync("update endpoint_sync.state set version = 2, content_hash = decode(repeat('ab', 32), 'hex')");

        var receipt = await cluster.ReloadAsync();
        var convergence = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Silos, Short);

        Assert.Equal(2, receipt.Version.Value);
        Assert.All(convergence.Missing, missing => Assert.Contains("hash", missing.Problem, StringComparison.Ordinal));
        Assert.Equal([1L, 1L], convergence.Missing.Select(missing => missing.Version.Value));
    }

    [Fact]
    public async Task A_worker_that_gives_no_sign_of_life_is_waited_for_until_its_lease_ends()
    {
        await using var cluster = await SyncCluster.StartAsync(publishing: new PublishingOptions { WorkerLease = TimeSpan.FromSeconds(2) });
        var worker = new ScriptedWorker(cluster, "dead");
        await worker.AskAsync(silo: 0, version: 0);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();

        var early = await cluster.Feed(1).ConvergeAsync(receipt.Version, WaitFor.Workers, Short);
        var late = await cluster.Feed(1).ConvergeAsync(receipt.Version, WaitFor.Workers, Patience);

        Assert.Equal("dead", Assert.Single(early.Missing).Name);
        Assert.True(late.Reached);
        Assert.Equal(0, late.Workers);
    }

    [Fact]
    public async Task A_worker_that_goes_over_to_another_silo_counts_once_and_as_it_was_last_heard_of()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "traveller");
        await worker.AskAsync(silo: 0, version: 0);
        var heard = worker.AskAsync(silo: 1, version: 1);

        var convergence = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Workers, Patience);

        Assert.True(convergence.Reached);
        Assert.Equal(1, convergence.Workers);
        await heard;
    }

    [Fact]
    public async Task A_worker_that_says_goodbye_is_not_waited_for()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        var worker = new ScriptedWorker(cluster, "polite");
        await worker.AskAsync(silo: 0, version: 0);
        await worker.LeaveAsync(silo: 0);

        Assert.True((await cluster.Feed(1).ConvergeAsync(receipt.Version, WaitFor.Workers, Short)).Reached);
    }

    [Fact]
    public async Task A_worker_whose_silo_stopped_is_waited_for_until_its_lease_ends()
    {
        await using var cluster = await SyncCluster.StartAsync(publishing: new PublishingOptions { WorkerLease = TimeSpan.FromMinutes(1) });
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await new ScriptedWorker(cluster, "orphan").AskAsync(silo: 1, version: 0);
        await UntilKnownAsync(cluster, silo: 0, "orphan");

        await cluster.StopAsync(cluster.Silo(1));
        var convergence = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Workers, Short);

        Assert.Contains("orphan", convergence.Missing.Select(missing => missing.Name));
    }

    [Fact]
    public async Task Who_waits_at_a_silo_that_stops_is_let_go_without_being_told_that_all_serve()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1, publishing: new PublishingOptions { WorkerLease = TimeSpan.FromMinutes(1) });
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await new ScriptedWorker(cluster, "old").AskAsync(silo: 0, version: 0);
        var wait = cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Workers, TimeSpan.FromMinutes(1));

        var stopping = cluster.StopAsync(cluster.Silo(0));

        await Assert.ThrowsAnyAsync<Exception>(() => wait.Within("the end of the wait"));
        await stopping.Within("the end of the silo");
    }

    [Fact]
    public async Task Nobody_is_said_to_serve_a_number_that_a_restored_database_has_given_to_another_table()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(2);
        var worker = new ScriptedWorker(cluster, "old");
        var told = worker.AskAsync(silo: 0, version: 2);
        await cluster.Database.GoBackToFirstVersionAsync();
        await cluster.Database.AddEndpointAsync("items", "/items");

        var receipt = await cluster.ReloadAsync();
        var silos = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Silos, Patience);
        var answered = cluster.Routes(1).Image!.Table.Match("/items/7", "GET").Entry;
        var workers = await cluster.Feed(0).ConvergeAsync(receipt.Version, WaitFor.Workers, Short);

        Assert.Equal(2, receipt.Version.Value);
        Assert.True(silos.Reached);
        Assert.NotNull(answered);
        Assert.Contains("another version 2", Assert.Single(workers.Missing).Problem, StringComparison.Ordinal);
        Assert.Null((await told.Within("the news at the worker")).Delta);
    }

    private static async Task UntilKnownAsync(SyncCluster cluster, int silo, string worker)
    {
        var workers = cluster.Workers(silo);
        for (var changed = workers.Changed; workers.List("here").All(known => known.Name != worker); changed = workers.Changed)
        {
            await changed.Within($"silo {silo} hears of {worker}");
        }
    }
}
