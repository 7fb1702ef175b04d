using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class TwoSchemasTests
{
    // A name that fails wherever it is not quoted.
    private const string Other = "Odoo \"2\" {x}";
    private const string QuotedOther = "\"Odoo \"\"2\"\" {x}\"";

    [Fact]
    public async Task Two_registries_in_two_schemas_of_one_database_do_not_mix()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var first = new TestRegistry(database);
        await using var second = new TestRegistry(
            database, options: new RegistryOptions { Schema = Other, CreateTables = true });
        await database.AddEndpointAsync("first", "/a");
        Assert.Equal(0L, (await second.ReloadAsync()).Version.Value);
        await database.ExecuteAsync(
            $"insert into {QuotedOther}.fastapi_endpoint (name, root_path, app, active) "
            + "values ('x', '/x', 'api', true), ('y', '/y/..', 'api', true), ('z', '/z', 'api', true)");

        var ofSecond = await second.ReloadAsync();
        var ofFirst = await first.ReloadAsync();

        Assert.Equal((1L, 2, 1), (ofSecond.Version.Value, ofSecond.RoutesAdded, ofSecond.Rejected.Count));
        Assert.Equal((1L, 1, 0), (ofFirst.Version.Value, ofFirst.RoutesAdded, ofFirst.Rejected.Count));
        Assert.Equal([KeyOf(1)], await database.KeysAsync());
        Assert.Equal([KeyOf(1), KeyOf(3)], await database.KeysAsync(QuotedOther));
        Assert.Equal(ReloadOutcome.UpToDate, (await second.ReloadAsync()).Outcome);
        Assert.Equal(
            (1, 2),
            ((await first.RoutesAsync()).Routes.Count,
                (await second.RoutesAsync()).Routes.Count));
        Assert.Equal(
            (1, 3),
            ((await first.Status.ReadAsync(CancellationToken.None)).Endpoints,
                (await second.Status.ReadAsync(CancellationToken.None)).Endpoints));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task The_triggers_of_each_schema_bump_that_schemas_sequence()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var first = new TestRegistry(database);
        await using var second = new TestRegistry(
            database, options: new RegistryOptions { Schema = Other, CreateTables = true });
        await second.ReloadAsync();
        await database.ExecuteAsync(
            $"insert into {QuotedOther}.fastapi_endpoint (name, root_path, app, active) "
            + "values ('x', '/x', 'api', true)");

        await second.ReloadAsync();

        // One bump by the trigger of the insert, one after the commit.
        Assert.Equal(
            2L, await database.ScalarAsync<long>($"select last_value from {QuotedOther}.endpoint_route_version"));
        Assert.False(await database.ScalarAsync<bool>("select is_called from public.endpoint_route_version"));
        await database.AddEndpointAsync("first", "/a");
        await first.ReloadAsync();
        Assert.Equal(2L, await database.ScalarAsync<long>("select last_value from public.endpoint_route_version"));
        Assert.Equal(
            2L, await database.ScalarAsync<long>($"select last_value from {QuotedOther}.endpoint_route_version"));
    }
}
