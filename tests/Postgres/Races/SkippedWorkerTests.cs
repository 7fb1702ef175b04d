using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class SkippedWorkerTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_a_worker_that_was_skipped_never_tries_again_when_the_winner_fails()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var winner = await UpstreamWorker.StartAsync(Database);
        await winner.BeginAsync();
        await winner.TryLockAsync();
        await using var skipped = await UpstreamWorker.StartAsync(Database);
        Assert.False(await skipped.SyncAsync());
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();
        await winner.Session.RollbackAsync();

        // A map that is cached under the current number is served without reading the endpoints.
        foreach (var _ in Enumerable.Range(0, 10))
        {
            Assert.Equal("", await reader.ServeAsync());
        }

        Assert.Equal("1 /orders unsynced -> nothing", await EndpointsAsync());
    }

    [Fact]
    public async Task A_skipped_reload_leaves_a_pending_sync_that_the_next_reload_completes()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var winner = await UpstreamWorker.StartAsync(Database);
        await winner.BeginAsync();
        await winner.TryLockAsync();
        await using var registry = Registry();
        await using var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("", await reader.ServeAsync());
        Assert.Equal(ReloadOutcome.Skipped, (await registry.ReloadAsync()).Outcome);
        await winner.Session.RollbackAsync();

        await using var elsewhere = Registry("another-silo");
        Assert.NotNull(await elsewhere.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ReloadOutcome.Synced, (await elsewhere.ReloadAsync()).Outcome);

        Assert.Null(await elsewhere.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Equal("/orders/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_reload_that_is_skipped_while_an_older_request_is_completed_leaves_a_pending_sync_too()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync(
            "insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason) values ('public', 'test', "
            + "'an older request')");
        await using var winner = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = winner.ReloadAsync();
        await commit.ReachedAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        await using var loser = Registry("another-silo");
        Assert.Equal(ReloadOutcome.Skipped, (await loser.ReloadAsync()).Outcome);
        await commit.EndAsync();
        await reload.Within("the winner's commit");

        Assert.Equal("1 /orders synced -> /orders/; 2 /bills unsynced -> nothing", await EndpointsAsync());
        Assert.NotNull(await loser.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_silo_that_starts_while_a_sync_runs_is_skipped_and_does_not_wait_for_it()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var running = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = running.ReloadAsync();
        await commit.ReachedAsync();
        await using var starting = Registry("another-silo");

        Assert.Equal(ReloadOutcome.Skipped, (await starting.ReloadAsync()).Outcome);

        Assert.False(reload.IsCompleted);
        await commit.EndAsync();
        await reload.Within("the sync");
    }

    [Fact]
    public async Task Upstream_any_other_version_publishes_a_pending_edit_that_nobody_asked_to_sync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SyncAsync();
        await worker.EditAsync(1, "/draft");

        // Another consumer's row advances the number, so the next request of any worker builds its map, and syncs
        // first.
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('endpoint.endpoint:1:/x', '/x')");
        await worker.SyncAsync();

        Assert.Equal("1 /draft synced -> /draft/", await EndpointsAsync());
    }

    [Fact]
    public async Task Reading_publishes_nothing_however_often_other_versions_appear()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/draft");

        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('endpoint.endpoint:1:/x', '/x')");
        await registry.Status.ReadAsync(TestContext.Current.CancellationToken);
        var routes = await registry.RoutesAsync();

        Assert.Equal(new RouteVersion(1), routes.Version);
        Assert.Equal("1 /draft unsynced -> /orders/", await EndpointsAsync());
    }
}
