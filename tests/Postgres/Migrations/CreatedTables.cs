using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Migrations;

/// <summary>A database in which a registry has created Odoo's tables.</summary>
public sealed class CreatedTables : IAsyncLifetime
{
    public TestDatabase Database { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        await Database.ExecuteAsync(
            "drop table fastapi_endpoint, endpoint_route; drop sequence endpoint_route_version; "
            + "drop function endpoint_route_set_timestamp, increment_endpoint_route_version");
        await using var registry = new TestRegistry(Database, options: new RegistryOptions { CreateTables = true });
        await registry.Preparation.EnsureAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
