using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// One endpoint waits for its reload, is in repair backoff or is quarantined, and then its rows or those of another
/// endpoint are touched.
/// </summary>
public sealed class PrecedenceTests : ForeignTests
{
    private const string EditOrders =
        "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1";

    private const string HijackOrders = $"update endpoint_route set route = '/hijacked' where {RowOfOrders}";

    private const string MoveRowOfOrders =
        $"update endpoint_route set route = replace(route, '/orders', '/edited'), "
        + $"routing = replace(routing, '/orders', '/edited') where {RowOfOrders}";

    [Theory]
    [InlineData("update endpoint_route set route_group = 'mine' where key like 'fastapi.endpoint:1:%'")]
    [InlineData(HijackOrders)]
    [InlineData("delete from endpoint_route where key like 'fastapi.endpoint:1:%'")]
    [InlineData("update endpoint_route set key = 'fastapi.endpoint:1:mine' where key like 'fastapi.endpoint:1:%'")]
    [InlineData("insert into endpoint_route (key, route) values ('fastapi.endpoint:1:mine', '/edited/')")]
    [InlineData("truncate endpoint_route")]
    [InlineData("update endpoint_route set route_group = 'mine'")]
    public async Task Rows_of_an_endpoint_that_waits_for_a_reload_go_back_to_what_the_version_says(string touch)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(EditOrders);
        await Database.ExecuteAsync(touch);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Equal(1, (await registry.ReloadAsync()).EndpointsSynced);
        Assert.Equal(["/bills/", "/edited/"], await ServedAsync());
    }

    [Theory]
    [InlineData("update endpoint_route set route_group = 'mine' where key like 'fastapi.endpoint:1:%'")]
    [InlineData(HijackOrders)]
    [InlineData("truncate endpoint_route")]
    public async Task An_app_that_waits_for_a_reload_is_not_published_with_a_touched_row(string touch)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set app = 'edited' where id = 1");
        await Database.ExecuteAsync(touch);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.DoesNotContain("edited", await AppsAsync());
        await registry.ReloadAsync();
        Assert.Contains("edited", await AppsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_edit_of_the_whole_table_waits_for_its_reload_whatever_rows_are_touched(bool isTruncated)
    {
        await using var registry = await InSyncAsync();
        if (isTruncated)
        {
            await Database.ExecuteAsync("truncate fastapi_endpoint");
        }
        else
        {
            await Database.ExecuteAsync(
                "insert into fastapi_endpoint (name, root_path, app, active) select 'many', '/many' || number, 'app', "
                + "true from generate_series(1, 10001) as number; "
                + "delete from endpoint_sync.pending_changes; "
                + "update fastapi_endpoint set root_path = root_path || '-edited', registry_sync = false");
        }

        await Database.ExecuteAsync(HijackOrders);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
    }

    [Fact]
    public async Task An_edit_that_Odoo_announces_is_published_with_the_rows_that_it_writes()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(EditOrders);
        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = true where id = 1");
        await Database.ExecuteAsync(MoveRowOfOrders);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/edited/"], await ServedAsync());
        Assert.Equal(["UPDATE fastapi_endpoint {1}"], await PendingAsync());
    }

    [Fact]
    public async Task An_edit_whose_writer_wrote_the_rows_too_is_published_without_an_announcement()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(EditOrders);
        await Database.ExecuteAsync(MoveRowOfOrders);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /edited synced -> /edited/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal(["/bills/", "/edited/"], await ServedAsync());
    }

    [Fact]
    public async Task Rows_for_another_app_than_the_version_has_do_not_publish_an_edit()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', app = 'edited', registry_sync = false where id = 1");
        await Database.ExecuteAsync(MoveRowOfOrders);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.DoesNotContain("edited", await AppsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_was_deleted_with_its_rows_disappears_without_a_reload()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            $"delete from endpoint_route where {RowOfOrders}; delete from fastapi_endpoint where id = 1");

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/"], await ServedAsync());
    }

    [Fact]
    public async Task The_row_of_an_endpoint_that_was_deleted_alone_stays_until_a_reload()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id = 1");
        await Database.ExecuteAsync(HijackOrders);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        await registry.ReloadAsync();
        Assert.Equal(["/bills/"], await ServedAsync());
    }

    [Fact]
    public async Task An_edit_between_a_syncs_preflight_and_its_lock_waits_for_its_own_reload()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(HijackOrders);
        var slow = new RandomScheduleSlowSilo(registry);
        await slow.StepAsync(ReloadScope.Routes);
        await Database.ExecuteAsync(EditOrders);

        await slow.StepAsync(ReloadScope.Routes);

        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
    }

    [Fact]
    public async Task A_path_whose_owner_goes_between_a_syncs_preflight_and_its_lock_is_not_served_twice()
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("younger", "/orders");
        await registry.ReloadAsync();
        var slow = new RandomScheduleSlowSilo(registry);
        await Database.ExecuteAsync(
            "update fastapi_endpoint set registry_sync = false where id = 1");
        await slow.StepAsync(ReloadScope.Everything);
        await Database.ExecuteAsync(
            "delete from endpoint_route where key like 'fastapi.endpoint:3:%'; "
            + "delete from fastapi_endpoint where id = 3");

        await slow.StepAsync(ReloadScope.Everything);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
    }

    // The preflight found no triggers, so it checked everything, and somebody installed them before the lock.
    [Fact]
    public async Task An_edit_behind_a_preflight_without_triggers_waits_for_its_own_reload_too()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(HijackOrders);
        await Database.ExecuteAsync("drop trigger endpoint_sync_insert on endpoint_route");
        var slow = new RandomScheduleSlowSilo(registry);
        await slow.StepAsync(ReloadScope.Routes);
        await Database.ExecuteAsync("select endpoint_sync.install_triggers('public')");
        await Database.ExecuteAsync(EditOrders);

        await slow.StepAsync(ReloadScope.Routes);

        Assert.Equal("1 /edited unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
    }

    [Fact]
    public async Task An_announcement_between_a_syncs_preflight_and_its_lock_is_left_to_its_writer()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(EditOrders);
        await Database.ExecuteAsync(HijackOrders);
        var slow = new RandomScheduleSlowSilo(registry);
        await slow.StepAsync(ReloadScope.Routes);
        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = true where id = 1");

        await slow.StepAsync(ReloadScope.Routes);
        Assert.Equal("1 /edited synced -> /hijacked; 2 /bills synced -> /bills/", await EndpointsAsync());

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal(["/bills/", "/edited/"], await ServedAsync());
    }

    [Fact]
    public async Task A_path_of_an_endpoint_in_backoff_is_given_to_nobody_else()
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("rival", "/Orders");
        await registry.ReloadAsync();
        await BackOffAsync(1);
        await Database.ExecuteAsync(HijackOrders);
        await Database.ExecuteAsync("delete from endpoint_route where key like 'fastapi.endpoint:2:%'");

        var receipt = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(3, Assert.Single(receipt.Rejected).Id);
        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Equal(
            "1 /orders synced -> /hijacked; 2 /bills synced -> /bills/; 3 /Orders synced -> nothing",
            await EndpointsAsync());
    }

    [Fact]
    public async Task A_new_path_of_an_announced_endpoint_waits_for_the_backoff_of_its_owner_and_for_no_reload()
    {
        await using var registry = await InSyncAsync();
        await PublishAsync(1, "/moved");
        await Database.ExecuteAsync(HijackOrders);
        await BackOffAsync(1);
        await PublishAsync(2, "/orders");
        await Database.ExecuteAsync(
            "update endpoint_route set route_group = 'mine' where key like 'fastapi.endpoint:2:%'");

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());

        await Database.ExecuteAsync("update endpoint_sync.repair_backoffs set until = clock_timestamp()");
        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal(["/moved/", "/orders/"], await ServedAsync());
        Assert.DoesNotContain(await PendingAsync(), record => record!.Contains("awaits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_innocent_row_is_repaired_at_once_though_its_statement_touched_one_in_backoff_too()
    {
        await using var registry = await InSyncAsync();
        await BackOffAsync(1);
        await Database.ExecuteAsync("update endpoint_route set route = '/hijacked' || id");

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Contains("2 /bills synced -> /bills/", await EndpointsAsync(), StringComparison.Ordinal);
        Assert.Equal(
            ["UPDATE endpoint_route {fastapi.endpoint:1:/|/<path:application_path>}"], await PendingAsync());

        await Database.ExecuteAsync("update endpoint_sync.repair_backoffs set until = clock_timestamp()");
        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Empty(await PendingAsync());
    }

    [Fact]
    public async Task A_writer_that_keeps_truncating_the_routes_is_backed_off()
    {
        await using var registry = await InSyncAsync();
        for (var repair = 0; repair <= RepairBackoffs.RepairsAtOnce; repair++)
        {
            await Database.ExecuteAsync("truncate endpoint_route");
            Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync(ReloadScope.Routes)).Outcome);
        }

        await Database.ExecuteAsync("truncate endpoint_route");
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync(ReloadScope.Routes)).Outcome);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Equal(2, (await registry.ReloadAsync()).EndpointsSynced);
    }

    [Fact]
    public async Task However_often_an_endpoint_is_edited_one_record_of_it_stays()
    {
        await using var registry = await InSyncAsync();
        for (var edit = 0; edit < 20; edit++)
        {
            await Database.ExecuteAsync(
                $"update fastapi_endpoint set root_path = '/edited-{edit}', registry_sync = false where id = 1");
        }

        await Database.ExecuteAsync("delete from endpoint_route where key like 'fastapi.endpoint:2:%'");

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["UPDATE fastapi_endpoint awaits reload {1}"], await PendingAsync());
    }

    // What Odoo does before its hook writes the rows.
    private Task PublishAsync(int id, string rootPath) => Database.ExecuteAsync(
        $"update fastapi_endpoint set root_path = '{rootPath}', registry_sync = false where id = {id}; "
        + $"update fastapi_endpoint set registry_sync = true where id = {id}");

    private Task BackOffAsync(int id) => Database.ExecuteAsync(
        $"""
         insert into endpoint_sync.repair_backoffs
           (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
         values ('public', {id}, 9, now(), now(), now() + interval '1 minute', 'someone', 'some program', 1)
         """);

    // The first rule of each route that the newest version has.
    private Task<List<string?>> ServedAsync() => Database.ListAsync(
        "select split_part(route, '|', 1) from endpoint_sync.routes where to_version is null order by 1");

    private Task<List<string?>> AppsAsync() => Database.ListAsync(
        "select app from endpoint_sync.routes where to_version is null");
}
