using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class InvisibleChangeTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_the_first_route_ever_is_never_served_by_a_worker_that_started_before_it()
    {
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();
        await Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await UpstreamWorker.StartAsync(Database);

        await worker.SyncAsync();

        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        Assert.Equal("", await reader.ServeAsync());
    }

    [Fact]
    public async Task Our_first_route_ever_is_served_by_a_worker_that_started_before_it()
    {
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();

        await registry.ReloadAsync();

        Assert.Equal("/orders/", await reader.ServeAsync());
    }

    [Fact]
    public async Task Upstream_a_deleted_endpoint_is_served_forever()
    {
        await using var worker = await SyncedByWorkerAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();

        await worker.UnlinkAsync(1);
        await worker.SyncAsync();

        Assert.Equal("2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal("/bills/ /orders/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_deleted_endpoint_is_a_version_of_its_own_after_our_next_reload()
    {
        await using var worker = await SyncedByWorkerAsync();
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();

        await worker.UnlinkAsync(1);
        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, new RouteVersion(2), 1), (receipt.Outcome, receipt.Version, receipt.RoutesRemoved));
        Assert.Equal("/bills/", await reader.ServeAsync());
    }

    [Fact]
    public async Task An_endpoint_deleted_without_its_routes_loses_them_with_our_next_reload()
    {
        await using var worker = await SyncedByWorkerAsync();
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();

        await Database.ExecuteAsync("delete from fastapi_endpoint where id = 1");
        Assert.Equal("1 deleted -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        await registry.ReloadAsync();

        Assert.Equal("2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal("/bills/", await reader.ServeAsync());
    }

    [Fact]
    public async Task Upstream_an_archived_endpoint_is_routed_until_somebody_presses_sync()
    {
        await using var worker = await SyncedByWorkerAsync();

        await worker.ArchiveAsync(1);
        await worker.SyncAsync();
        Assert.Equal("1 /orders archived unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());

        await worker.PressSyncAsync(1);
        Assert.Equal("1 /orders archived synced -> nothing; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task An_archived_endpoint_loses_its_routes_with_our_next_reload_and_a_worker_stops_serving_it()
    {
        await using var worker = await SyncedByWorkerAsync();
        await using var registry = Registry();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await reader.ServeAsync();

        await worker.ArchiveAsync(1);
        await registry.ReloadAsync();

        Assert.Equal("1 /orders archived synced -> nothing; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Equal("/bills/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_truncated_route_table_is_written_again_and_a_worker_serves_it()
    {
        await using var worker = await SyncedByWorkerAsync();
        await using var registry = Registry();
        await registry.ReloadAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);

        await Database.ExecuteAsync("truncate endpoint_route");
        Assert.Equal("", await reader.ServeAsync());
        await registry.ReloadAsync();

        Assert.Equal("/bills/ /orders/", await reader.ServeAsync());
    }

    private async Task<UpstreamWorker> SyncedByWorkerAsync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SyncAsync();
        return worker;
    }
}
