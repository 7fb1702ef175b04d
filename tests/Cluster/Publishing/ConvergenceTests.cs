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

        Assert.Equal(1, (await firstTold.Within("the version at the first worker")).Newest.Value);
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
}
