using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Foreign;

/// <summary>What random schedules found to be forgotten, or done too early, each as a story of its own.</summary>
public sealed class ForgottenTests : FreshDatabaseTests
{
    private const string OtherConsumersRow = "insert into endpoint_route (key, route) values ('endpoint.endpoint:1:/x', '/x')";

    [Fact]
    public async Task An_endpoint_that_was_quarantined_after_a_slow_silos_look_stays_quarantined()
    {
        await using var one = Registry("silo-1");
        await using var two = Registry("silo-2");
        await one.TrackAsync().Within("the triggers");
        await one.ReloadAsync();
        await Database.AddEndpointAsync("orders", "/orders");
        var slow = new RandomScheduleSlowSilo(two);
        await slow.StepAsync(ReloadScope.Everything);
        await Database.AddEndpointAsync("more orders", "/orders");
        await one.ReloadAsync();
        await Database.ExecuteAsync("delete from endpoint_route");

        await slow.StepAsync(ReloadScope.Everything);

        Assert.Equal(["2"], await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine"));
    }

    [Fact]
    public async Task An_endpoint_whose_root_path_is_being_given_up_between_a_look_and_its_sync_stays_quarantined_until_it_is_routed()
    {
        await using var one = Registry("silo-1");
        await using var two = Registry("silo-2");
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("more orders", "/orders");
        await one.ReloadAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        var slow = new RandomScheduleSlowSilo(two);
        await slow.StepAsync(ReloadScope.Everything);
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");

        await slow.StepAsync(ReloadScope.Everything);
        var between = await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine");
        await one.ReloadAsync();

        Assert.Equal(["2"], between);
        Assert.Equal("1 /sales synced -> /sales/; 2 /orders synced -> /orders/; 3 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_waiting_edit_frees_no_root_path_for_others_before_its_reload()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("more orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");
        await Database.ExecuteAsync(OtherConsumersRow);

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);
        var between = await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine");
        var owed = await registry.Status.OwedAsync(CancellationToken.None);
        await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, true), (reaction.Outcome, reaction.InLine));
        Assert.Equal(["2"], between);
        Assert.Null(owed);
        Assert.Equal("1 /sales synced -> /sales/; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_waiting_edit_takes_no_root_path_from_others_before_its_reload()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await Database.AddEndpointAsync("more orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/bills', registry_sync = false where id = 1");
        await Database.ExecuteAsync("update endpoint_route set route = '/old/|/old/<path:application_path>' where key like 'fastapi.endpoint:2:%'");

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /bills unsynced -> /orders/; 2 /bills synced -> /bills/; 3 /orders unsynced -> nothing", await EndpointsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_another_session_flags_waits_with_the_edit_of_who_has_its_root_path_still()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");
        var taker = await Database.AddEndpointAsync("new orders", "/orders");
        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = true where id = 2; update endpoint_sync.pending set changed_at = 'epoch'");

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);
        var owed = await registry.Status.OwedAsync(CancellationToken.None);
        await registry.ReloadAsync();

        Assert.Equal((2, ReloadOutcome.UpToDate), (taker, reaction.Outcome));
        Assert.Null(owed);
        Assert.Equal("1 /sales synced -> /sales/; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_disputed_endpoint_whose_routes_go_with_all_others_is_repaired_when_the_dispute_allows_it()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            """
            insert into endpoint_sync.disputes (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
            values ('public', 1, 5, now(), now(), 'infinity', 'somebody', 'psql', 1)
            """);
        await Database.ExecuteAsync("truncate endpoint_route");

        await registry.ReloadAsync(ReloadScope.Routes);
        var before = await EndpointsAsync();
        await Database.ExecuteAsync("update endpoint_sync.disputes set until = now()");
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders synced -> nothing", before);
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_worker_that_read_routes_which_others_added_and_took_away_again_reads_anew()
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
