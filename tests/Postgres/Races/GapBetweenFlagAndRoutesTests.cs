using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class GapBetweenFlagAndRoutesTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_a_worker_killed_before_its_hook_leaves_synced_endpoints_whose_routes_no_worker_writes()
    {
        await KillAWorkerInTheGapAsync();
        Assert.Equal(
            0,
            await Database.ScalarAsync<long>($"select count(*) from {Session.LocksHere} where locktype = 'advisory'"));

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await using var worker = await UpstreamWorker.StartAsync(Database);
            Assert.True(await worker.SyncAsync());
        }

        Assert.Equal("1 /orders synced -> nothing; 2 /bills synced -> nothing", await EndpointsAsync());
    }

    [Fact]
    public async Task Upstream_the_check_for_such_endpoints_names_a_column_that_does_not_exist()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => Database.ExecuteAsync("select count(*) from endpoint_route where endpoint_id = 1"));

        Assert.Equal(PostgresErrorCodes.UndefinedColumn, refused.SqlState);
    }

    [Fact]
    public async Task Our_next_reload_repairs_what_such_a_worker_left_and_logs_it()
    {
        await KillAWorkerInTheGapAsync();
        await using var registry = Registry();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.EndpointsSynced));
        Assert.Equal(2, registry.Log.Entries.Count(entry => entry is { EventId: 1103, Level: LogLevel.Warning }));
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_flags_and_our_routes_become_visible_together()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();

        Assert.Equal("1 /orders unsynced -> nothing", await EndpointsAsync());
        await commit.EndAsync();
        await reload.Within("the commit");
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
    }

    private async Task KillAWorkerInTheGapAsync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        await worker.TryLockAsync();
        await worker.FlagAsync(await worker.FindUnsyncedAsync());
        await worker.CommitAsync();
        await Database.ExecuteAsync($"select pg_terminate_backend({worker.Session.ProcessId})");
    }
}
