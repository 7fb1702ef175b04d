using System.Text.RegularExpressions;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Privileges;

public sealed partial class PrivilegeTests
{
    // Each refusal names a layer: the own schema, the schema of Odoo's tables, the tables.
    private const int Layers = 3;

    [Fact]
    public async Task A_role_that_owns_nothing_works_after_the_grants_that_its_refusals_name()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            "drop schema endpoint_sync cascade; create table orm_signaling_routing (id serial primary key, date "
            + "timestamp default now())");
        await using var role = await TestRole.CreateAsync(database);
        await using var registry = new TestRegistry(database, connectionString: role.ConnectionString);
        List<string> refusals = [];
        var refusal = await RefusalAsync(registry);
        while (refusal is not null && refusals.Count < Layers)
        {
            refusals.Add(refusal);
            foreach (Match grant in Grant().Matches(refusal))
            {
                await database.ExecuteAsync(grant.Value);
            }

            refusal = await RefusalAsync(registry);
        }

        Assert.Equal(Layers, refusals.Count);
        Assert.Equal(8, Grant().Count(refusals[^1]));
        foreach (var shortcoming in await registry.Preparation.FindShortcomingsAsync(CancellationToken.None))
        {
            foreach (Match grant in Grant().Matches(shortcoming.Cure))
            {
                await database.ExecuteAsync(grant.Value);
            }
        }

        await SyncsEverythingAsync(database, registry);
        Assert.Equal(
            0L,
            await database.ScalarAsync<long>(
                $"select count(*) from pg_class where relowner = '{role.Name}'::regrole and relnamespace = "
                + "'public'::regnamespace"));
    }

    // Even "create schema if not exists" needs the right to create schemas, which such a role does not need.
    [Fact]
    public async Task A_role_may_create_the_tables_in_an_existing_schema_without_the_right_to_create_schemas()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var role = await TestRole.CreateAsync(database);
        await database.ExecuteAsync(
            $"create schema odoo; grant create, usage on schema odoo to {role.Name}; "
            + $"grant usage on schema endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var registry = new TestRegistry(
            database, connectionString: role.ConnectionString,
            options: new RegistryOptions { Schema = "odoo", CreateTables = true });

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_role_that_may_not_create_the_schema_of_the_tables_gets_the_grant()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var role = await TestRole.CreateAsync(database);
        await database.ExecuteAsync(
            $"grant usage on schema endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var registry = new TestRegistry(
            database, connectionString: role.ConnectionString,
            options: new RegistryOptions { Schema = "odoo", CreateTables = true });

        var grant = Grant().Match((await RefusalAsync(registry))!).Value;

        Assert.Equal($"GRANT CREATE ON DATABASE \"{database.Name}\" TO \"{role.Name}\";", grant);
        await database.ExecuteAsync(grant);
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    private static async Task SyncsEverythingAsync(TestDatabase database, TestRegistry registry)
    {
        await database.AddEndpointAsync("one", "/a");
        Assert.Equal((ReloadOutcome.Synced, 1L), await OutcomeAsync(registry));
        await database.ExecuteAsync("update fastapi_endpoint set root_path = '/b', registry_sync = false");
        Assert.Equal((ReloadOutcome.Synced, 2L), await OutcomeAsync(registry));
        await database.ExecuteAsync("delete from fastapi_endpoint");
        Assert.Equal((ReloadOutcome.Synced, 3L), await OutcomeAsync(registry));
        Assert.Empty(await database.KeysAsync());
        Assert.Equal(
            "3 3",
            await database.ScalarAsync<string>("select version || ' ' || bumped_version from endpoint_sync.state"));
        Assert.Equal(3L, await database.ScalarAsync<long>("select count(*) from orm_signaling_routing"));
    }

    private static async Task<(ReloadOutcome, long)> OutcomeAsync(TestRegistry registry)
    {
        var receipt = await registry.ReloadAsync();
        return (receipt.Outcome, receipt.Version.Value);
    }

    private static async Task<string?> RefusalAsync(TestRegistry registry)
    {
        try
        {
            await registry.Preparation.EnsureAsync(CancellationToken.None);
            return null;
        }
        catch (RegistryUnusableException refusal)
        {
            return refusal.Message;
        }
    }

    [GeneratedRegex("GRANT [^;]+;")]
    private static partial Regex Grant();
}
