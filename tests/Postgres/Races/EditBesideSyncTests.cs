using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class EditBesideSyncTests : FreshDatabaseTests
{
    [Theory, InlineData("root_path = '/edited', registry_sync = false"), InlineData("registry_sync = true")]
    public async Task Upstream_an_edit_or_the_button_makes_the_worker_that_holds_the_lock_fail(string assignment)
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        var unsynced = await worker.FindUnsyncedAsync();

        await Database.ExecuteAsync($"update fastapi_endpoint set {assignment} where id = 1");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => worker.FlagAsync(unsynced));

        Assert.Equal(PostgresErrorCodes.SerializationFailure, refused.SqlState);
    }

    [Fact]
    public async Task An_edit_that_is_open_in_another_session_is_left_unsynced_and_synced_after_its_commit()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await using var form = await Session.InTransactionAsync(
            Database, "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1");
        await using var registry = Registry();

        var beside = await registry.ReloadAsync();
        Assert.Equal(
            (ReloadOutcome.Synced, 1, 1, false),
            (beside.Outcome, beside.EndpointsSynced, beside.EndpointsDeferred, beside.InSync));
        Assert.Contains(registry.Log.Entries, entry => entry.EventId == 1105);
        Assert.Equal("1 /orders unsynced -> nothing; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        await form.CommitAsync();
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal("1 /edited synced -> /edited/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_is_being_deleted_is_left_alone_until_the_delete_ends()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/edited");
        await form.BeginAsync();
        await form.Session.ExecuteAsync("delete from endpoint_route");
        await form.Session.ExecuteAsync("delete from fastapi_endpoint");

        Assert.Equal(1, (await registry.ReloadAsync()).EndpointsDeferred);
        await form.CommitAsync();
        var after = await registry.ReloadAsync();

        Assert.Equal((true, 1), (after.InSync, after.RoutesRemoved));
        Assert.Equal("", await EndpointsAsync());
    }

    [Fact]
    public async Task An_edit_of_a_row_that_our_sync_holds_waits_for_the_sync_and_is_not_marked_synced()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        await using var form = await UpstreamWorker.StartAsync(Database);
        var edit = form.EditAsync(1, "/edited");
        await Database.UntilBlockedAsync(count: 2);
        await commit.EndAsync();
        await Task.WhenAll(reload, edit).Within("the sync and the edit");

        Assert.Equal("1 /edited unsynced -> /orders/", await EndpointsAsync());
        await registry.ReloadAsync();
        Assert.Equal("1 /edited synced -> /edited/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_row_that_refers_to_an_endpoint_can_be_added_while_our_sync_holds_the_endpoint()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync("create table log_of_endpoint (endpoint_id integer references fastapi_endpoint)");
        await using var registry = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();

        await Database.ExecuteAsync("set lock_timeout = '10s'; insert into log_of_endpoint values (1)").Within(
            "the row that refers to the endpoint");

        Assert.False(reload.IsCompleted);
        await commit.EndAsync();
        Assert.Equal(ReloadOutcome.Synced, (await reload.Within("the sync")).Outcome);
    }

    [Fact]
    public async Task Another_consumers_rows_in_the_route_table_become_part_of_the_version_and_are_never_touched()
    {
        const string keys =
            "'endpoint.endpoint:1:/x'), ('fastapi.endpoint:01:/x'), ('fastapi.endpoint:x:/x'), "
            + "('fastapi.endpoint:99999999999:/x'";
        await Database.ExecuteAsync($"insert into endpoint_route (key) values ({keys}), (null)");
        var rows = await Database.ListAsync("select t::text from endpoint_route as t order by 1");
        await using var registry = Registry();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 4), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(rows, await Database.ListAsync("select t::text from endpoint_route as t order by 1"));
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }
}
