using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class SiloTests
{
    [Fact]
    public async Task A_silo_that_missed_a_message_heals_by_its_poll()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var elsewhere = new TestRegistry(cluster.Database);
        await elsewhere.ReloadAsync();

        await cluster.UntilServedAsync(1).Within("the version that no message brought");
    }

    [Fact]
    public async Task A_silo_that_missed_a_message_heals_by_the_next_one()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var elsewhere = new TestRegistry(cluster.Database);
        await elsewhere.ReloadAsync();

        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();

        await cluster.UntilServedAsync(2).Within("both versions");
    }

    [Fact]
    public async Task A_reload_that_finds_nothing_to_do_publishes_a_version_that_another_writer_made()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var elsewhere = new TestRegistry(cluster.Database);
        await elsewhere.ReloadAsync();

        Assert.Equal(ReloadOutcome.UpToDate, (await cluster.ReloadAsync()).Outcome);

        await cluster.UntilServedAsync(1).Within("the version");
    }

    [Fact]
    public async Task A_silo_that_joins_serves_the_newest_version_when_it_is_active()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();

        var silo = await cluster.AddSiloAsync();

        Assert.Equal(1, cluster.Routes(silo).Version.Value);
        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(2);
    }

    [Fact]
    public async Task Silos_keep_serving_while_the_database_is_unreadable_and_catch_up_afterwards()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.ReloadAsync();
        await cluster.UntilServedAsync(1);

        await cluster.Database.ExecuteAsync(
            "alter table endpoint_sync.routes rename to hidden; update endpoint_sync.state set version = 2");
        await UntilAsync(cluster, problem => problem is not null);
        var answered = cluster.Routes(0).Image!.Table.Match("/orders/7", "GET").Entry;
        await cluster.Database.ExecuteAsync(
            "update endpoint_sync.state set version = 1, bumped_version = 1; "
            + "alter table endpoint_sync.hidden rename to routes");
        await UntilAsync(cluster, problem => problem is null);
        await cluster.Database.AddEndpointAsync("customers", "/customers");
        await cluster.ReloadAsync();

        Assert.NotNull(answered);
        await cluster.UntilServedAsync(2);
    }

    private static async Task UntilAsync(SyncCluster cluster, Func<string?, bool> holds)
    {
        var routes = cluster.Routes(0);
        var changed = routes.Changed;
        while (!holds(routes.Problem))
        {
            await changed.Within($"another state of the routes than '{routes.Problem}'");
            changed = routes.Changed;
        }
    }
}
