using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

public sealed class ScopeTests : ForeignTests
{
    [Fact]
    public async Task Rows_that_match_their_endpoints_are_adopted_and_their_writer_is_recorded()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/moved', registry_sync = true where id = 1");
        await Database.ExecuteAsync(
            $"set application_name = 'odoo-7'; update endpoint_route set route = replace(route, '/orders', '/moved'), "
            + $"routing = replace(routing, '/orders', '/moved') where {RowOfOrders}; reset application_name");

        var receipt = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(
            (ReloadOutcome.Synced, 0, 1, true),
            (receipt.Outcome, receipt.EndpointsSynced, receipt.RoutesChanged, receipt.InSync));
        Assert.Equal(["UPDATE adopted 2 unlocked"], await OutcomesAsync());
        Assert.Equal(["odoo-7"], await Database.ListAsync("select application from endpoint_sync.foreign_writes"));
        Assert.Equal(
            "1 1",
            await Database.ScalarAsync<string>(
                "select foreign_writes || ' ' || unlocked_writes from endpoint_sync.state"));
    }

    [Fact]
    public async Task Rows_that_differ_from_their_endpoints_are_repaired_without_a_version()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync($"update endpoint_route set route = '/hijacked' where {RowOfOrders}");

        var receipt = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(
            (ReloadOutcome.Synced, receipt.PreviousVersion, true), (receipt.Outcome, receipt.Version, receipt.InSync));
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal(["UPDATE repaired unlocked"], await OutcomesAsync());
    }

    [Fact]
    public async Task A_writer_that_holds_the_lock_is_recorded_as_locked()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            $"begin; select pg_advisory_xact_lock({registry.Database.LockKey}); insert into endpoint_route (key, "
            + "route) values ('other:1', '/other'); commit");

        Assert.Equal(1, (await registry.ReloadAsync(ReloadScope.Routes)).RoutesAdded);

        Assert.Equal(["INSERT adopted 2 locked"], await OutcomesAsync());
    }

    [Fact]
    public async Task A_failed_reaction_to_routes_records_no_sync_that_would_publish_an_edit()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/half-done', registry_sync = false where id = 2");
        await Database.ExecuteAsync($"delete from endpoint_route where {RowOfOrders}");
        await Database.RefuseWritesAsync("42501", times: 1);

        var failed = await registry.ReloadAsync(ReloadScope.Routes);
        var pending = await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken);
        var retried = await registry.ReloadAsync(pending!.Value);

        Assert.Equal((ReloadOutcome.Failed, ReloadScope.Routes), (failed.Outcome, pending.Value));
        Assert.True(retried.InSync);
        Assert.Equal("1 /orders synced -> /orders/; 2 /half-done unsynced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_crash_before_the_bump_leaves_only_the_bump_due()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('other:1', '/other')");
        await registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest(Scope: ReloadScope.Routes));
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/half-done', registry_sync = false where id = 2");
        var before = await SequenceAsync();

        var pending = await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken);
        await registry.ReloadAsync(pending!.Value);

        Assert.Equal(ReloadScope.Routes, pending.Value);
        Assert.Equal(before + 1, await SequenceAsync());
        Assert.Equal("1 /orders synced -> /orders/; 2 /half-done unsynced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task An_edit_waits_for_a_reload_while_the_routes_of_others_are_repaired()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1");
        await Database.ExecuteAsync("delete from endpoint_route where key like 'fastapi.endpoint:2:%'");

        Assert.True((await registry.ReloadAsync(ReloadScope.Routes)).InSync);
        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());

        Assert.Equal(1, (await registry.ReloadAsync()).EndpointsSynced);
        Assert.Equal("1 /edited synced -> /edited/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_full_check_lets_edits_wait_too_whether_they_were_recorded_or_not(bool recorded)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1");
        await Database.ExecuteAsync(recorded ? "select 1" : "truncate endpoint_sync.pending_changes");
        await registry.Capture.CheckAllAsync(TestContext.Current.CancellationToken);

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());

        await registry.ReloadAsync();
        Assert.Equal("1 /edited synced -> /edited/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Empty(await PendingAsync());
    }

    [Fact]
    public async Task A_full_check_finds_an_unrecorded_change_and_it_is_repaired()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("update endpoint_route set route = '/hijacked'");
        await Database.ExecuteAsync("truncate endpoint_sync.pending_changes");
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);

        await registry.Capture.CheckAllAsync(TestContext.Current.CancellationToken);
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task Recorded_changes_that_cancel_out_are_deleted_without_the_lock()
    {
        await using var registry = await InSyncAsync();
        await using var holder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({registry.Database.LockKey})");
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited' where id = 1; update fastapi_endpoint set root_path = "
            + "'/orders' where id = 1");
        Assert.NotEmpty(await PendingAsync());

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);

        Assert.Empty(await PendingAsync());
    }

    [Fact]
    public async Task An_endpoint_that_claims_the_path_of_an_untouched_endpoint_is_quarantined()
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("rival", "/Orders");

        var rejected = Assert.Single((await registry.ReloadAsync()).Rejected);

        Assert.Equal(3, rejected.Id);
        Assert.StartsWith(
            "root path '/Orders' is taken by endpoint 1 'orders' as '/orders'", rejected.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quarantined_endpoint_is_routed_as_soon_as_its_path_is_free()
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("rival", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id = 1");

        Assert.Empty((await registry.ReloadAsync()).Rejected);

        Assert.Equal("2 /bills synced -> /bills/; 3 /orders synced -> /orders/", await EndpointsAsync());
    }
}
