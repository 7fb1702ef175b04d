using EndpointSync.Tests.Testing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class FeedTests
{
    [Fact]
    public async Task A_worker_that_is_behind_gets_what_it_lacks_at_once_as_one_delta()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var first = default(RouteTableId);
        for (var version = 1; version <= 3; version++)
        {
            await cluster.Database.AddEndpointAsync($"orders {version}", $"/orders/{version}");
            await cluster.ReloadAsync();
            await cluster.UntilServedAsync(version);
            first = version == 1 ? cluster.Routes(0).Image!.TableId : first;
        }

        var feed = await cluster.Feed(0).NextAsync(
            SyncCluster.Registry, new WorkerReport(Guid.NewGuid(), "worker", first.Version, Problem: null, first),
            FeedProtocol.LongPollTimeout, TestContext.Current.CancellationToken);

        Assert.Equal(
            (3L, 1L, 3L, 2),
            (feed!.Image.Version.Value, feed.Delta!.From.Value, feed.Delta.To.Value, feed.Delta.Changes.Count));
    }

    [Fact]
    public async Task A_workers_long_poll_ends_when_there_is_a_new_version()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var answer = new ScriptedWorker(cluster, "worker").AskAsync(silo: 1, version: 0);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();

        var feed = await answer.Within("the answer");

        Assert.Equal((1L, 0L, 1), (feed.Image.Version.Value, feed.From!.Value.Value, feed.Image.Table.Count));
    }

    [Fact]
    public async Task A_worker_whose_table_the_silo_does_not_know_gets_a_whole_one()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(2);

        var feed = await cluster.Feed(0).NextAsync(
            SyncCluster.Registry,
            new WorkerReport(
                Guid.NewGuid(), "worker", RouteVersion.None.Next, Problem: null,
                new RouteTableId(RouteVersion.None.Next, ContentHash.Of("another"))),
            FeedProtocol.LongPollTimeout, TestContext.Current.CancellationToken);

        Assert.Equal((2L, 0L, null), (feed!.Image.Version.Value, feed.From!.Value.Value, feed.Delta));
    }

    [Fact]
    public async Task A_worker_counts_from_its_first_report_even_without_a_table()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        var receipt = await cluster.ReloadAsync();
        await cluster.Feed(0).NextAsync(
            SyncCluster.Registry, new WorkerReport(Guid.NewGuid(), "new", RouteVersion.None, Problem: null, default),
            TimeSpan.Zero, TestContext.Current.CancellationToken);

        var convergence = await cluster.ConvergeAsync(
            1, receipt.Version, WaitFor.Workers, TimeSpan.FromMilliseconds(400));

        Assert.Equal("new", Assert.Single(convergence.Missing).Name);
    }

    [Fact]
    public async Task A_worker_that_is_ahead_of_its_silo_makes_the_silo_read_the_database()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await MakeVersionElsewhereAsync(cluster);

        _ = new ScriptedWorker(cluster, "worker").AskAsync(silo: 0, version: 1);

        await cluster.UntilServedAsync(silo: 0, version: 1).Within("the version that no message brought");
    }

    [Fact]
    public async Task The_newest_version_comes_from_the_database_and_the_silo_then_serves_it()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await MakeVersionElsewhereAsync(cluster);

        Assert.Equal(1, (await NewestAsync(cluster, 1)).Value);

        await cluster.UntilServedAsync(silo: 1, version: 1).Within("the version that no message brought");
    }

    [Fact]
    public async Task The_newest_version_is_the_silos_own_while_the_database_does_not_answer()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);
        await cluster.Database.ExecuteAsync("alter table endpoint_sync.state rename to hidden");

        Assert.Equal(1, (await NewestAsync(cluster, 0)).Value);
    }

    private static async Task<RouteVersion> NewestAsync(SyncCluster cluster, int silo) =>
        (await cluster.Feed(silo).NewestAsync(
            SyncCluster.Registry, "rest", TestContext.Current.CancellationToken))!.Value;

    // Makes a version that no message announces to the silos of this cluster.
    private static async Task MakeVersionElsewhereAsync(SyncCluster cluster)
    {
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var elsewhere = new TestRegistry(cluster.Database);
        await elsewhere.ReloadAsync();
    }
}
