using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class TornPairTests : FreshDatabaseTests
{
    private const int Publications = 250;

    // Every route of version N is below /N, so a version with routes of another one is detected.
    private const string TornSql =
        """
        select state.version || ': ' || coalesce(string_agg(split_part(route.route, '/', 2), ' '), '')
        from endpoint_sync.state
        left join endpoint_sync.routes as route on route.schema_name = state.schema_name and route.to_version is null
        group by state.version
        having count(route.key) <> 3 or bool_or(split_part(route.route, '/', 2)::bigint <> state.version)
        """;

    [Fact]
    public async Task No_snapshot_ever_shows_a_version_with_other_routes_than_its_own_and_no_worker_stays_stale()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await Database.AddEndpointAsync(name, $"/1/{name}");
        }

        await using var registry = Registry();
        await registry.ReloadAsync();
        using var published = new CancellationTokenSource();
        var torn = Task.WhenAll(FindTornPairsAsync(published.Token), FindTornPairsAsync(published.Token));
        var busy = Task.WhenAll(ServeAllTheTimeAsync(published.Token), ServeAllTheTimeAsync(published.Token));

        var stale = await PublishAsync(registry);
        await published.CancelAsync();

        Assert.Equal(0, stale);
        Assert.All(await torn.Within("the readers"), reads => Assert.Empty(reads.Torn));
        Assert.All(
            await torn,
            reads => Assert.True(reads.Count > Publications, $"{reads.Count} reads are too few to prove anything."));
        Assert.All(await busy.Within("the workers"), last => Assert.Equal(RoutesOf(Publications), last));
        Assert.Equal(Publications, await Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Empty(await Database.ErrorsAsync());
    }

    private static string RoutesOf(int version) => $"/{version}/a/ /{version}/b/ /{version}/c/";

    private async Task<int> PublishAsync(TestRegistry registry)
    {
        await using var idle = await UpstreamReader.StartAsync(Database);
        var stale = 0;
        for (var version = 2; version <= Publications; version++)
        {
            await Database.ExecuteAsync(
                $"update fastapi_endpoint set root_path = '/{version}/' || name, registry_sync = false");
            await registry.ReloadAsync();
            stale += await idle.ServeAsync() == RoutesOf(version) ? 0 : 1;
        }
        return stale;
    }

    private async Task<(List<string> Torn, int Count)> FindTornPairsAsync(CancellationToken published)
    {
        await using var session = await Session.OpenAsync(Database);
        var torn = new List<string>();
        var count = 0;
        while (!published.IsCancellationRequested)
        {
            torn.AddRange(await session.ListAsync(TornSql, row => row.GetString(0)));
            count++;
        }

        return (torn, count);
    }

    // Requests without a pause, so that it often reads the number between a write and its commit.
    private async Task<string> ServeAllTheTimeAsync(CancellationToken published)
    {
        await using var reader = await UpstreamReader.StartAsync(Database);
        while (!published.IsCancellationRequested)
        {
            await reader.ServeAsync();
        }

        return await reader.ServeAsync();
    }
}
