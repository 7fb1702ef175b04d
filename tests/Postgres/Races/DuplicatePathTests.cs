using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class DuplicatePathTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_one_process_that_syncs_two_endpoints_of_one_path_routes_neither_and_marks_both_synced()
    {
        await DeclareTwiceAsync();
        await using var worker = await UpstreamWorker.StartAsync(Database);

        await worker.SyncAsync();

        Assert.Equal("1 /orders synced -> nothing; 2 /orders synced -> nothing", await EndpointsAsync());
    }

    [Fact]
    public async Task Upstream_two_processes_that_sync_two_endpoints_of_one_path_route_both()
    {
        await DeclareTwiceAsync();
        await using var first = await UpstreamWorker.StartAsync(Database, hashSeed: 1);
        await using var second = await UpstreamWorker.StartAsync(Database, hashSeed: 2);

        await first.PressSyncAsync(1);
        await second.PressSyncAsync(2);

        Assert.Equal("1 /orders synced -> /orders/; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_reload_routes_the_newer_endpoint_of_one_path_as_Odoo_does_and_quarantines_the_older()
    {
        await DeclareTwiceAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        await using var registry = Registry();

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            "1 /orders synced -> nothing; 2 /orders synced -> /orders/; 3 /bills synced -> /bills/",
            await EndpointsAsync());
        var rejected = Assert.Single(receipt.Rejected);
        Assert.Equal((1, "root path '/orders' is taken by endpoint 2 'second'"), (rejected.Id, rejected.Reason));
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task Our_reload_removes_the_older_of_two_routes_of_two_processes_and_no_worker_writes_it_again()
    {
        await DeclareTwiceAsync();
        await using var first = await UpstreamWorker.StartAsync(Database, hashSeed: 1);
        await using var second = await UpstreamWorker.StartAsync(Database, hashSeed: 2);
        await second.PressSyncAsync(2);
        await first.PressSyncAsync(1);
        await using var registry = Registry();

        await registry.ReloadAsync();
        await first.SyncAsync();
        await second.SyncAsync();

        Assert.Equal("1 /orders synced -> nothing; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    // What SQL finds must include every spelling that C# calls the same.
    [Theory]
    [InlineData("/Case", "/case")]
    [InlineData("/slash", "/slash/")]
    [InlineData("/a/b", "/A//b")]
    [InlineData("/é", "/É")]
    [InlineData("/É", "/é")]
    [InlineData("/a b", "/a B ")]
    [InlineData("/a", "\u00a0a")]
    public async Task A_path_that_is_one_to_Odoos_lookup_is_found_when_it_comes_later(string older, string newer)
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("older", older);
        await registry.ReloadAsync();
        await Database.AddEndpointAsync("newer", newer);

        var receipt = await registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set active = false, registry_sync = false where id = 1");
        var freed = await registry.ReloadAsync();

        Assert.Equal((2, 0), (Assert.Single(receipt.Rejected).Id, receipt.RoutesAdded));
        Assert.Empty(freed.Rejected);
        Assert.Equal((1, 1), (freed.RoutesAdded, freed.RoutesRemoved));
    }

    [Fact]
    public async Task A_younger_endpoint_takes_the_path_over_with_the_reload_that_publishes_it_and_not_before()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("older", "/orders");
        await registry.ReloadAsync();
        await Database.AddEndpointAsync("newer", "/orders");

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal("1 /orders synced -> /orders/; 2 /orders unsynced -> nothing", await EndpointsAsync());
        var receipt = await registry.ReloadAsync();

        Assert.Equal((1, 1), (receipt.RoutesAdded, receipt.RoutesRemoved));
        Assert.Equal("1 /orders synced -> nothing; 2 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task Upstream_two_endpoints_that_swap_paths_keep_their_old_routes_and_are_marked_synced()
    {
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await SwapAsync(worker, worker.SyncAsync);

        await worker.SyncAsync();

        Assert.Equal("1 /b synced -> /a/; 2 /a synced -> /b/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_reload_swaps_the_routes_of_two_endpoints_that_swap_paths_whoever_wrote_them()
    {
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await SwapAsync(worker, worker.SyncAsync);
        await using var registry = Registry();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((2, 1), (receipt.EndpointsSynced, receipt.Timings.Attempts));
        Assert.Equal("1 /b synced -> /b/; 2 /a synced -> /a/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task Our_reload_swaps_routes_that_it_wrote_itself_in_one_version()
    {
        await using var registry = Registry();
        await using var form = await UpstreamWorker.StartAsync(Database);
        await SwapAsync(form, registry.ReloadAsync);

        var receipt = await registry.ReloadAsync();

        Assert.Equal((new RouteVersion(2), 2), (receipt.Version, receipt.RoutesChanged));
        Assert.Equal("1 /b synced -> /b/; 2 /a synced -> /a/", await EndpointsAsync());
    }

    private async Task DeclareTwiceAsync()
    {
        await Database.AddEndpointAsync("first", "/orders");
        await Database.AddEndpointAsync("second", "/orders");
    }

    private async Task SwapAsync(UpstreamWorker form, Func<Task> syncAsync)
    {
        await Database.AddEndpointAsync("first", "/a");
        await Database.AddEndpointAsync("second", "/b");
        await syncAsync();
        await form.EditAsync(1, "/b");
        await form.EditAsync(2, "/a");
    }
}
