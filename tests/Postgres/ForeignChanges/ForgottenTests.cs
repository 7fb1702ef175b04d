using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// Cases in which random schedules found work forgotten or done too early, each as a test of its own.
/// </summary>
public sealed class ForgottenTests : FreshDatabaseTests
{
    private const string OtherConsumersRow =
        "insert into endpoint_route (key, route) values ('endpoint.endpoint:1:/x', '/x')";

    [Fact]
    public async Task An_endpoint_that_was_quarantined_after_a_slow_silos_preflight_stays_quarantined()
    {
        await using var one = Registry("silo-1");
        await using var two = Registry("silo-2");
        await one.InstallTriggersAsync().Within("the triggers");
        await one.ReloadAsync();
        await Database.AddEndpointAsync("orders", "/orders");
        var slow = new RandomScheduleSlowSilo(two);
        await slow.StepAsync(ReloadScope.Everything);
        await Database.AddEndpointAsync("more orders", "/Orders");
        await one.ReloadAsync();
        await Database.ExecuteAsync("delete from endpoint_route");

        await slow.StepAsync(ReloadScope.Everything);

        Assert.Equal(["2"], await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine"));
    }

    [Fact]
    public async Task An_endpoint_whose_root_path_is_freed_after_the_preflight_stays_quarantined_until_it_is_routed()
    {
        await using var one = Registry("silo-1");
        await using var two = Registry("silo-2");
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("more orders", "/Orders");
        await one.ReloadAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        var slow = new RandomScheduleSlowSilo(two);
        await slow.StepAsync(ReloadScope.Everything);
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");

        await slow.StepAsync(ReloadScope.Everything);
        var between = await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine");
        await one.ReloadAsync();

        Assert.Equal(["2"], between);
        Assert.Equal(
            "1 /sales synced -> /sales/; 2 /Orders synced -> /Orders/; 3 /bills synced -> /bills/",
            await EndpointsAsync());
    }

    [Fact]
    public async Task A_waiting_edit_frees_no_root_path_for_others_before_its_reload()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("more orders", "/Orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");
        await Database.ExecuteAsync(OtherConsumersRow);

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);
        var between = await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine");
        var pending = await registry.Status.PendingScopeAsync(CancellationToken.None);
        await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, true), (reaction.Outcome, reaction.InSync));
        Assert.Equal(["2"], between);
        Assert.Null(pending);
        Assert.Equal("1 /sales synced -> /sales/; 2 /Orders synced -> /Orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_waiting_edit_takes_no_root_path_from_others_before_its_reload()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await Database.AddEndpointAsync("more orders", "/Orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/bills', registry_sync = false where id = 1");
        await Database.ExecuteAsync(
            "update endpoint_route set route = '/old/|/old/<path:application_path>' where key like "
            + "'fastapi.endpoint:2:%'");

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(
            "1 /bills unsynced -> /orders/; 2 /bills synced -> /bills/; 3 /Orders synced -> nothing",
            await EndpointsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_another_session_flags_waits_for_the_edit_that_frees_its_root_path()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");
        var taker = await Database.AddEndpointAsync("new orders", "/orders");
        await Database.ExecuteAsync(
            "update fastapi_endpoint set registry_sync = true where id = 2; update endpoint_sync.pending_changes set "
            + "seen_at = 'epoch'");

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);
        var pending = await registry.Status.PendingScopeAsync(CancellationToken.None);
        await registry.ReloadAsync();

        Assert.Equal((2, ReloadOutcome.UpToDate), (taker, reaction.Outcome));
        Assert.Null(pending);
        Assert.Equal("1 /sales synced -> /sales/; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_backed_off_endpoint_whose_routes_were_truncated_is_repaired_when_its_backoff_ends()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            """
            insert into endpoint_sync.repair_backoffs
              (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
            values ('public', 1, 5, now(), now(), 'infinity', 'somebody', 'psql', 1)
            """);
        await Database.ExecuteAsync("truncate endpoint_route");

        await registry.ReloadAsync(ReloadScope.Routes);
        var before = await EndpointsAsync();
        await Database.ExecuteAsync("update endpoint_sync.repair_backoffs set until = now()");
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders synced -> nothing", before);
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_worker_that_read_routes_which_others_added_and_removed_reads_again()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await Database.ExecuteAsync(OtherConsumersRow);
        var between = await reader.ServeAsync();
        await Database.ExecuteAsync("delete from endpoint_route where key like 'endpoint.endpoint:%'");

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal((ReloadOutcome.UpToDate, new RouteVersion(1)), (reaction.Outcome, reaction.Version));
        Assert.Equal("/orders/ /x", between);
        Assert.Equal("/orders/", await reader.ServeAsync());
    }
}
