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
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");
        await registry.ReloadAsync();
        await database.ExecuteAsync("analyze");

        var statement = registry.Database.Sql.Of(SqlFile.Of<FullCheck>()["changed_keys"]).Replace(
            "$1", "'public'", StringComparison.Ordinal);
        var plan = await database.ScalarAsync<string>($"explain (format json) {statement}");

        Assert.DoesNotContain("Nested Loop", plan, StringComparison.Ordinal);
        Assert.Equal(0L, await database.ScalarAsync<long>($"select count(*) from ({statement}) as changes"));
    }
}
