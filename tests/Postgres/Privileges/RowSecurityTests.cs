using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Privileges;

/// <summary>A policy that hides rows from a silo's role must not look like endpoints that were deleted.</summary>
public sealed class RowSecurityTests : FreshDatabaseTests
{
    [Theory]
    [InlineData("fastapi_endpoint")]
    [InlineData("endpoint_route")]
    public async Task A_table_with_row_level_security_stops_the_sync_and_names_the_cure(string table)
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var owner = Registry();
        await owner.ReloadAsync();
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"""
             grant usage on schema public, endpoint_sync to {role.Name};
             grant all on all tables in schema public, endpoint_sync to {role.Name};
             grant all on all sequences in schema public, endpoint_sync to {role.Name};
             grant execute on all functions in schema endpoint_sync to {role.Name}
             """);
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);
        Assert.True((await registry.ReloadAsync()).InSync);

        await Database.ExecuteAsync($"alter table {table} enable row level security");
        await Database.AddEndpointAsync("invoices", "/invoices");
        var first = await registry.ReloadAsync();
        var second = await registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Failed, first.Outcome);
        Assert.Contains("BYPASSRLS", first.Problem!.Meaning, StringComparison.Ordinal);
        Assert.Contains($"ALTER ROLE {role.Name} BYPASSRLS;", second.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(1, await Database.ScalarAsync<int>("select count(*)::integer from endpoint_route"));

        await Database.ExecuteAsync($"alter role {role.Name} bypassrls");
        Assert.Equal((ReloadOutcome.Synced, 1), await OutcomeAsync(registry));
    }

    private static async Task<(ReloadOutcome, int)> OutcomeAsync(TestRegistry registry)
    {
        var receipt = await registry.ReloadAsync();
        return (receipt.Outcome, receipt.RoutesAdded);
    }
}
