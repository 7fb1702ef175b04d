namespace EndpointSync.Tests.Postgres.Sync;

public sealed class AppTests : RegistryTests
{
    private const string AppsSql = "select app from endpoint_sync.routes where to_version is null order by key";

    [Fact]
    public async Task The_app_of_an_endpoint_is_part_of_its_version_and_other_consumers_routes_have_none()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('zebra:1', '/zebra')");

        await Registry.ReloadAsync();

        Assert.Equal(["api", null], await Database.ListAsync(AppsSql));
    }

    [Fact]
    public async Task Another_app_for_an_endpoint_is_a_version_of_its_own_though_Odoo_leaves_its_flag_alone()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set app = 'other'");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((2, 1, 0), (receipt.Version.Value, receipt.RoutesChanged, receipt.EndpointsSynced));
        Assert.Equal(["other"], await Database.ListAsync(AppsSql));
        Assert.Equal(
            ["api other"],
            await Database.ListAsync(
                "select app_before || ' ' || app_after from endpoint_sync.changes where version = 2"));
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task Another_app_for_an_endpoint_that_only_Odoo_can_route_goes_live_with_the_reload_too()
    {
        var web = await Database.AddEndpointAsync("web", "/web");
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route) values "
            + $"('fastapi.endpoint:{web}:/|/<path:application_path>', '/web/|/web/<path:application_path>')");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set app = 'other', registry_sync = false");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((1, 1), (receipt.RoutesChanged, receipt.Rejected.Count));
        Assert.Equal(["other"], await Database.ListAsync(AppsSql));
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_new_path_and_a_new_app_of_one_edit_go_live_in_one_version_while_the_endpoint_is_open_elsewhere()
    {
        var orders = await Database.AddEndpointAsync("orders", "/orders");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set app = 'other', root_path = '/new', registry_sync = false "
            + $"where id = {orders}");
        await Database.AddEndpointAsync("customers", "/customers");
        await using var form = await Database.Source.OpenConnectionAsync();
        await using var open = await form.BeginTransactionAsync();
        await using var edit = form.CreateCommand();
        edit.CommandText = $"update fastapi_endpoint set description = 'open' where id = {orders}";
        await edit.ExecuteNonQueryAsync();

        await Registry.ReloadAsync();
        var meanwhile = await Database.ListAsync(
            "select app || ' ' || route from endpoint_sync.routes where to_version is null order by key limit 1");
        await open.CommitAsync();
        await Registry.ReloadAsync();

        Assert.Equal(["api /orders/|/orders/<path:application_path>"], meanwhile);
        Assert.Equal(
            ["other /new/|/new/<path:application_path>"],
            await Database.ListAsync(
                "select app || ' ' || route from endpoint_sync.routes where to_version is null order by key limit 1"));
    }
}
