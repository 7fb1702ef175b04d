using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// A root path that passes from one endpoint to another while the first one's row is open in another session.
/// </summary>
public sealed class OpenRootPathTests : FreshDatabaseTests
{
    [Fact]
    public async Task A_root_path_moves_to_its_new_endpoint_only_when_it_leaves_the_old_one()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/sales', registry_sync = false where id = 1");
        await Database.AddEndpointAsync("new orders", "/orders");
        await using var form = await Session.InTransactionAsync(
            Database, "update fastapi_endpoint set name = 'being renamed' where id = 1");

        var beside = await registry.ReloadAsync();
        Assert.Equal(
            (ReloadOutcome.Skipped, 2, new RouteVersion(1)),
            (beside.Outcome, beside.EndpointsDeferred, beside.Version));
        Assert.Contains("2 endpoints are due", beside.Problem!.Detail, StringComparison.Ordinal);

        await form.CommitAsync();
        var after = await registry.ReloadAsync();
        Assert.Equal((ReloadOutcome.Synced, new RouteVersion(2), true), (after.Outcome, after.Version, after.InSync));
        Assert.Equal("1 /sales synced -> /sales/; 2 /orders synced -> /orders/", await EndpointsAsync());
    }
}
