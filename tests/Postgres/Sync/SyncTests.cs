using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class SyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_reload_writes_the_routes_and_the_next_one_finds_nothing_to_do()
    {
        await using var registry = new TestRegistry(database);
        await database.AddEndpointAsync("OpenSPP API V2", "/api/v2/spp");
        await database.AddEndpointAsync("OpenSPP DCI API", "/dci_api/v1");

        var first = await registry.ReloadAsync();
        var second = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, new RouteVersion(0), new RouteVersion(1), 2),
            (first.Outcome, first.PreviousVersion, first.Version, first.EndpointsSynced));
        Assert.Equal((ReloadOutcome.UpToDate, new RouteVersion(1)), (second.Outcome, second.Version));
        Assert.Empty(await database.ErrorsAsync());
    }
}
