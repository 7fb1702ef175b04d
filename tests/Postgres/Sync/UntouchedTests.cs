using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class UntouchedTests
{
    [Fact]
    public async Task Only_rows_that_differ_are_written()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        for (var id = 1; id <= 20; id++)
        {
            await database.AddEndpointAsync($"endpoint {id}", $"/p{id}");
        }

        await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 7");
        const string others = "id <> 7";
        var endpoints = await database.WithWriterAsync("fastapi_endpoint", others);
        var routes = await database.WithWriterAsync("endpoint_route", others);

        var receipt = await registry.ReloadAsync();

        Assert.Equal((1, 1), (receipt.EndpointsSynced, receipt.RoutesChanged));
        Assert.Equal(endpoints, await database.WithWriterAsync("fastapi_endpoint", others));
        Assert.Equal(routes, await database.WithWriterAsync("endpoint_route", others));
    }

    [Fact]
    public async Task A_reload_with_nothing_to_do_writes_nothing_at_all()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.AddEndpointAsync("one", "/a");
        await registry.ReloadAsync();
        const string sequence = "select last_value || ' ' || is_called from endpoint_route_version";
        var before =
            (await database.ListAsync(sequence),
                await database.WithWriterAsync("endpoint_route"), await database.WithWriterAsync("fastapi_endpoint"));

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.UpToDate, TimeSpan.Zero), (receipt.Outcome, receipt.Timings.LockHeld));
        Assert.Equal(before.Item1, await database.ListAsync(sequence));
        Assert.Equal(before.Item2, await database.WithWriterAsync("endpoint_route"));
        Assert.Equal(before.Item3, await database.WithWriterAsync("fastapi_endpoint"));
    }

    [Fact]
    public async Task A_sync_changes_no_column_of_an_endpoint_but_its_flag()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.AddEndpointAsync("one", "/a");
        await database.ExecuteAsync(
            "update fastapi_endpoint set description = 'd', user_id = 3, company_id = 4, write_uid = 5");
        const string all = "select (to_jsonb(e) - 'registry_sync')::text from fastapi_endpoint as e";
        var before = await database.ListAsync(all);

        await registry.ReloadAsync();

        Assert.Equal(before, await database.ListAsync(all));
    }

    [Fact]
    public async Task The_shape_of_Odoos_tables_is_the_same_before_and_after()
    {
        await using var database = await TestDatabase.CreateAsync();
        const string shape =
            """
            select concat_ws(' ', table_name, ordinal_position, column_name, data_type, is_nullable, column_default)
            from information_schema.columns
            where table_schema = 'public' order by table_name, ordinal_position
            """;
        const string objects =
            "select concat_ws(' ', relkind, relname) from pg_class where relnamespace = 'public'::regnamespace "
            + "order by 1";
        var before = (await database.ListAsync(shape), await database.ListAsync(objects));
        await using var registry = new TestRegistry(database);
        await database.AddEndpointAsync("one", "/a");

        await registry.ReloadAsync();

        Assert.Equal(before.Item1, await database.ListAsync(shape));
        Assert.Equal(before.Item2, await database.ListAsync(objects));
    }
}
