using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class LargeBatchTests
{
    private const int Count = 2_000;

    [Fact]
    public async Task Thousands_of_endpoints_are_added_changed_and_removed_in_one_version_each()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");

        var added = await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint set root_path = root_path || '/v2', registry_sync = false");
        var changed = await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint set active = false where id % 2 = 0; "
            + "delete from fastapi_endpoint where id % 2 = 1");
        var removed = (await registry.Attempts.RunUntilDeadlineAsync(
            new ReloadRequest(AllowMassRemoval: true))).Receipt;

        Assert.Equal((1L, Count, Count), (added.Version.Value, added.RoutesAdded, added.EndpointsSynced));
        Assert.Equal((2L, Count, Count), (changed.Version.Value, changed.RoutesChanged, changed.EndpointsSynced));
        Assert.Equal((3L, Count, Count), (removed.Version.Value, removed.RoutesRemoved, removed.EndpointsSynced));
        Assert.Empty(await database.KeysAsync());
        Assert.Equal(new string('0', 64), (await registry.Status.ReadAsync(CancellationToken.None)).ContentHash);
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task The_routes_table_is_analyzed_after_a_large_batch()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");

        await registry.ReloadAsync();

        Assert.Equal(
            $"{Count}",
            await database.ScalarAsync<string>(
                "select reltuples::bigint::text from pg_class where oid = 'endpoint_sync.routes'::regclass"));
    }
}
