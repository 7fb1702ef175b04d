using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class PreflightPlanTests
{
    private const int Count = 2_000;

    [Fact]
    public async Task A_full_check_of_thousands_of_routes_joins_them_by_key()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = await SyncedAsync(database);

        var statement = registry.Database.Sql.Of(SqlFile.Of<FullCheck>()["changed_keys"]).Replace(
            "$1", "'public'", StringComparison.Ordinal);
        var plan = await database.ScalarAsync<string>($"explain (format json) {statement}");

        Assert.DoesNotContain("Nested Loop", plan, StringComparison.Ordinal);
        Assert.Equal(0L, await database.ScalarAsync<long>($"select count(*) from ({statement}) as changes"));
    }

    [Fact]
    public async Task The_owners_of_a_few_paths_are_looked_up_by_the_index_however_many_routes_there_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = await SyncedAsync(database);

        // As a sync runs it: planned once, for any number of paths.
        var plan = await database.ScalarAsync<string>(
            $"""
            set plan_cache_mode = force_generic_plan;
            prepare owners (text, text[]) as {SqlFile.Of<EndpointReader>()["owners"]};
            explain (format json) execute owners ('public', array['a', 'b'])
            """);

        Assert.Contains("routes_path", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    private static async Task<TestRegistry> SyncedAsync(TestDatabase database)
    {
        var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");
        await registry.ReloadAsync();
        await database.ExecuteAsync("analyze");
        return registry;
    }
}
