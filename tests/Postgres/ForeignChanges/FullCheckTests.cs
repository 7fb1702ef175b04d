using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>An endpoint that the full check in Postgres finds in sync must be in sync for the planner too.</summary>
public sealed class FullCheckTests : ForeignTests
{
    private static readonly string[] Paths =
    [
        "/a", "/b", "/a/", "b", " /c", "/c", "/v1.0", "/./a", "/a/..", "/web", "/website", "/", "", "/é", "/a b",
        "/a|b", "/<x>", "/A", "/a\"b", "/a\\b", "//a",
    ];

    private static readonly string[] Damages =
    [
        "update endpoint_route set opts = '{{}}' where id = {0}",
        "update endpoint_route set routing = null where id = {0}", "delete from endpoint_route where id = {0}",
        "update endpoint_route set key = key || 'x' where id = {0}",
        "update endpoint_route set route = upper(route) where id = {0}",
        "update endpoint_route set routing = replace(routing, 'false', 'true') where id = {0}",
        "update fastapi_endpoint set registry_sync = false where id = {0}",
        "update fastapi_endpoint set active = null where id = {0}",
        "update fastapi_endpoint set save_http_session = not save_http_session where id = {0}",
        "delete from fastapi_endpoint where id = {0}",
        "insert into endpoint_route (key) values ('fastapi.endpoint:{0}:other') on conflict do nothing",
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Every_endpoint_that_the_planner_would_touch_is_among_the_suspects(int seed)
    {
        var random = new Random(seed);
        await using var registry = Registry();
        for (var number = 1; number <= 40; number++)
        {
            await Database.AddEndpointAsync(
                $"endpoint {number}",
                number < 20
                    ? $"/plain/{number}"
                    : random.GetItems(Paths, 1)[0].Replace("'", "''", StringComparison.Ordinal));
        }

        await registry.ReloadAsync();
        foreach (var damage in random.GetItems(Damages, 25))
        {
            await Database.ExecuteAsync(string.Format(null, damage, random.Next(1, 41)));
        }

        await using var connection = await registry.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        var check = await FullCheck.RunAsync(registry.Database, connection, TestContext.Current.CancellationToken);
        var keys = await Database.ListAsync("select key from endpoint_route where key is not null");
        var scan = await new EndpointReader(registry.Database, connection, new RouteVersion(1))
            .ReadAsync(
                Enumerable.Range(1, 60), keys.OfType<string>(), EndpointScan.Empty, new HashSet<int>(),
                TestContext.Current.CancellationToken);

        Assert.Empty(scan.Plan(new HashSet<int>()).EndpointIds.Except(check.EndpointIds));
        Assert.True(check.EndpointIds.Count < 40, "everything is suspect, so this proves nothing");
    }

    [Fact]
    public async Task An_endpoint_in_sync_is_not_suspect()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set save_http_session = true, registry_sync = false where id = 2");
        await Database.AddEndpointAsync("archived", "/archived");
        await Database.ExecuteAsync("update fastapi_endpoint set active = false where id = 3");
        await registry.ReloadAsync();

        await using var connection = await registry.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        var check = await FullCheck.RunAsync(registry.Database, connection, TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), (check.EndpointIds.Count, check.Keys.Count));
    }
}
