using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Privileges;

public sealed class MissingPrivilegeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("TABLE", "fastapi_endpoint", "SELECT")]
    [InlineData("TABLE", "fastapi_endpoint", "UPDATE")]
    [InlineData("TABLE", "endpoint_route", "SELECT")]
    [InlineData("TABLE", "endpoint_route", "INSERT")]
    [InlineData("TABLE", "endpoint_route", "UPDATE")]
    [InlineData("TABLE", "endpoint_route", "DELETE")]
    [InlineData("SEQUENCE", "endpoint_route_version", "USAGE")]
    [InlineData("SEQUENCE", "endpoint_route_id_seq", "USAGE")]
    public async Task A_missing_privilege_is_named_with_the_grant_that_gives_it(
        string kind, string name, string privilege)
    {
        await using var role = await TestRole.CreateAsync(database);
        await database.ExecuteAsync(
            $"grant usage on schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}; "
            + $"revoke {privilege} on {kind} {name} from {role.Name}");
        await using var registry = new TestRegistry(database, connectionString: role.ConnectionString);

        var refusal = await Assert.ThrowsAsync<RegistryUnusableException>(
            () => registry.Preparation.EnsureAsync(CancellationToken.None));

        Assert.Equal(
            $"Registry 'test', schema 'public', lacks privileges. As the tables' owner run: GRANT {privilege} ON "
            + $"{kind} \"public\".{name} TO {role.Name};",
            refusal.Message);
    }
}
