using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class VersionBeforeRowsTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_a_worker_asked_between_the_write_and_its_commit_serves_the_old_routes_forever()
    {
        await Database.AddEndpointAsync("orders", "/old");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SyncAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("/old/", await reader.ServeAsync());

        await worker.EditAsync(1, "/new");
        await worker.FlagAsync(1);
        await worker.BeginHookAsync();
        await worker.WriteRoutesAsync();
        await reader.ServeAsync();
        await worker.CommitHookAsync();

        Assert.Equal("1 /new synced -> /new/", await EndpointsAsync());
        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.Equal("/old/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_worker_asked_between_our_write_and_our_commit_reads_again_after_the_commit()
    {
        await Database.AddEndpointAsync("orders", "/old");
        await using var registry = LongTimeoutRegistry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/new");

        var seen = await SequenceAsync();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        Assert.True(
            await SequenceAsync() > seen, "The new number does not show before the commit, so this shows nothing.");
        Assert.Equal("/old/", await reader.ServeAsync());
        await commit.EndAsync();
        await reload.Within("the commit");

        Assert.Equal("/new/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_crash_between_our_commit_and_the_bump_of_the_sequence_leaves_the_bump_to_the_next_reload()
    {
        await Database.AddEndpointAsync("orders", "/old");
        await using var registry = LongTimeoutRegistry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/new");
        await Database.ExecuteAsync(
            """
            create function crash() returns trigger language plpgsql as $$
            begin perform pg_terminate_backend(pg_backend_pid()); return new; end; $$;
            create trigger crash before update of bumped_version on endpoint_sync.state
              for each row execute function crash();
            """);
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        await reader.ServeAsync();
        await commit.EndAsync();
        var receipt = await reload.Within("the sync");

        Assert.Equal((ReloadOutcome.Synced, new RouteVersion(2)), (receipt.Outcome, receipt.Version));
        Assert.Contains(registry.Log.Entries, entry => entry.EventId == 1107);
        Assert.Equal("2 1", await BumpedAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        await Database.ExecuteAsync("drop trigger crash on endpoint_sync.state");
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);

        Assert.Equal("2 2", await BumpedAsync());
        Assert.Null(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Equal("/new/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_reload_that_changes_nothing_does_not_bump_the_sequence()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        await registry.ReloadAsync();
        var bumped = await SequenceAsync();

        await registry.ReloadAsync();

        Assert.Equal(bumped, await SequenceAsync());
    }

    // The bump after the commit cannot reach this worker: it reads the number late, in a snapshot older than the rows.
    // Odoo 19 has a second channel.
    [Fact]
    public async Task Only_Odoos_own_signal_frees_a_worker_whose_snapshot_is_older_than_our_commit()
    {
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now())");
        await Database.AddEndpointAsync("orders", "/old");
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        var signals = await SignalsAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/new");

        await reader.BeginServingAsync();
        await registry.ReloadAsync();
        await reader.EndServingAsync();

        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.Equal(signals + 1, await SignalsAsync());
        reader.Forget();
        Assert.Equal("/new/", await reader.ServeAsync());
    }

    private Task<long> SignalsAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");

    private Task<string> BumpedAsync() =>
        Database.ScalarAsync<string>("select version || ' ' || bumped_version from endpoint_sync.state");
}
