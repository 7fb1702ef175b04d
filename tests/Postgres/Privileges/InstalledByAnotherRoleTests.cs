using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Privileges;

public sealed class InstalledByAnotherRoleTests
{
    [Fact]
    public async Task A_role_that_uses_what_another_role_installed_gets_the_grants_and_works_with_them()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var role = await TestRole.CreateAsync(database);
        await database.ExecuteAsync(
            $"grant usage on schema public to {role.Name}; grant select, update on fastapi_endpoint to {role.Name}; "
            + $"grant select, insert, update, delete on endpoint_route to {role.Name}; "
            + $"grant usage on sequence endpoint_route_version, endpoint_route_id_seq to {role.Name}");
        await using var registry = new TestRegistry(database, connectionString: role.ConnectionString);

        var refused = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Failed, refused.Outcome);
        var grants =
            $"GRANT USAGE ON SCHEMA endpoint_sync TO {role.Name}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES "
            + $"IN SCHEMA endpoint_sync TO {role.Name}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA endpoint_sync TO "
            + $"{role.Name};";
        Assert.Contains(grants, refused.Problem!.Detail, StringComparison.Ordinal);

        await database.ExecuteAsync(grants);
        await database.AddEndpointAsync("orders", "/orders");
        var granted = await registry.ReloadAsync();
        Assert.True(granted.Outcome == ReloadOutcome.Synced, granted.Problem?.Detail);
    }
}
