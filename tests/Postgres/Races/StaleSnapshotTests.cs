using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class StaleSnapshotTests : FreshDatabaseTests
{
    [Theory]
    [InlineData("select from fastapi_endpoint", "select pg_try_advisory_xact_lock($1)")]
    [InlineData("prepare take as select pg_try_advisory_xact_lock(3827055375235039567)", "execute take")]
    public async Task Upstream_a_snapshot_older_than_the_lock_makes_the_worker_that_got_the_lock_fail(
        string first, string takeLock)
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var late = await UpstreamWorker.StartAsync(Database);
        await late.BeginAsync();
        await late.Session.ExecuteAsync(first);
        await using var early = await UpstreamWorker.StartAsync(Database);
        await early.SyncAsync();

        Assert.True(
            await late.Session.ScalarAsync<bool>(
                takeLock.Replace("$1", "3827055375235039567", StringComparison.Ordinal)));
        Assert.Equal(1, Assert.Single(await late.FindUnsyncedAsync()));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => late.FlagAsync(1));

        Assert.Equal(PostgresErrorCodes.SerializationFailure, refused.SqlState);
    }

    [Fact]
    public async Task Upstream_waiting_for_the_lock_makes_the_failure_certain()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var early = await UpstreamWorker.StartAsync(Database);
        await using var late = await UpstreamWorker.StartAsync(Database);
        await early.BeginAsync();
        await early.TryLockAsync();
        await late.BeginAsync();
        var waiting = late.Session.ExecuteAsync($"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");
        await Database.UntilBlockedAsync();
        await early.FlagAsync(await early.FindUnsyncedAsync());
        await early.CommitAsync();
        await waiting.Within("the lock");

        Assert.Equal(1, Assert.Single(await late.FindUnsyncedAsync()));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => late.FlagAsync(1));

        Assert.Equal(PostgresErrorCodes.SerializationFailure, refused.SqlState);
    }

    [Fact]
    public async Task A_worker_that_syncs_between_our_preflight_and_our_lock_leaves_only_its_routes_to_adopt()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var preflight = await OpenPreflight.OpenAsync(Database);
        var reload = registry.ReloadAsync();
        await preflight.ReachedAsync();
        await using var early = await UpstreamWorker.StartAsync(Database);
        Assert.True(await early.SyncAsync());
        await preflight.CloseAsync();

        var receipt = await reload.Within("the sync");

        Assert.Equal((ReloadOutcome.Synced, 0, 1), (receipt.Outcome, receipt.EndpointsSynced, receipt.RoutesAdded));
        Assert.Equal(1, receipt.Timings.Attempts);
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task An_edit_between_our_preflight_and_our_lock_is_routed()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var preflight = await OpenPreflight.OpenAsync(Database);
        var reload = registry.ReloadAsync();
        await preflight.ReachedAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/edited");
        await preflight.CloseAsync();
        await reload.Within("the sync");

        Assert.Equal("1 /edited synced -> /edited/", await EndpointsAsync());
    }

    [Fact]
    public async Task An_edit_after_we_took_the_lock_is_routed_at_the_first_attempt()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await using var version = await Session.InTransactionAsync(
            Database, "select from endpoint_sync.state for update");
        var reload = registry.ReloadAsync();
        await Database.UntilBlockedAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/edited");
        await version.RollbackAsync();

        Assert.Equal(1, (await reload.Within("the sync")).Timings.Attempts);
        Assert.Equal("1 /edited synced -> /edited/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task An_edit_of_another_endpoint_between_our_preflight_and_our_lock_is_left_for_its_own_reload()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await registry.ReloadAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        await using var preflight = await OpenPreflight.OpenAsync(Database);
        var reload = registry.ReloadAsync();
        await preflight.ReachedAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/edited");
        await preflight.CloseAsync();
        await reload.Within("the sync");

        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        await registry.ReloadAsync();
        Assert.Equal("1 /edited synced -> /edited/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }
}
