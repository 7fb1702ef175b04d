using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Migrations;

public sealed class OdooTablesTests
{
    [Fact]
    public async Task An_absent_table_is_an_error_that_names_the_table_the_database_and_the_keys()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var registry = new TestRegistry(database);

        var refusal = await Assert.ThrowsAsync<RegistryUnusableException>(
            () => registry.Preparation.EnsureAsync(CancellationToken.None));

        Assert.Equal(
            $"Registry 'test': table 'public.fastapi_endpoint' is absent from database '{database.Name}'. "
            + "Correct the registry's ConnectionString or Schema, "
            + "install the Odoo module that owns the table, or set EndpointSync:Registries:test:CreateTables to true.",
            refusal.Message);
        Assert.Empty(await database.ListAsync("select tablename from pg_tables where schemaname = 'public'"));
    }

    [Fact]
    public async Task An_absent_schema_is_the_same_error()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database, options: new RegistryOptions { Schema = "odoo" });

        var receipt = await registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Failed, receipt.Outcome);
        Assert.StartsWith("Registry 'test': table 'odoo.fastapi_endpoint' is absent", receipt.Problem!.Detail);
    }

    [Fact]
    public async Task A_registry_that_was_refused_works_as_soon_as_its_tables_exist()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var registry = new TestRegistry(database);
        Assert.Equal(ReloadOutcome.Failed, (await registry.ReloadAsync()).Outcome);

        await using (var creator = new TestRegistry(database, options: new RegistryOptions { CreateTables = true }))
        {
            await creator.Preparation.EnsureAsync(CancellationToken.None);
        }

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task Only_the_table_that_is_absent_is_created()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.AddEndpointAsync("one", "/a");
        await database.ExecuteAsync(
            "drop table endpoint_route; drop sequence endpoint_route_version; drop function "
            + "endpoint_route_set_timestamp, increment_endpoint_route_version");
        await using var registry = new TestRegistry(database, options: new RegistryOptions { CreateTables = true });

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
    }

    [Theory]
    [InlineData("alter table fastapi_endpoint drop column save_http_session", "fastapi_endpoint.save_http_session")]
    [InlineData("alter table endpoint_route drop column routing", "endpoint_route.routing")]
    [InlineData("alter table endpoint_route rename column route_group to other", "endpoint_route.route_group")]
    [InlineData("drop sequence endpoint_route_version cascade", "sequence endpoint_route_version")]
    public async Task A_missing_column_or_sequence_is_named(string change, string named)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(change);
        await using var registry = new TestRegistry(database);

        var refusal = await Assert.ThrowsAsync<RegistryUnusableException>(
            () => registry.Preparation.EnsureAsync(CancellationToken.None));

        Assert.Equal(
            $"Registry 'test', schema 'public', is not of the shape that Odoo's modules make; missing: {named}",
            refusal.Message);
    }
}
