using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Access;

/// <summary>A silo with keys, for tests that do not mind what the others of their class left.</summary>
public sealed class OneProtectedSilo : IAsyncLifetime
{
    internal TestDatabase Database { get; private set; } = null!;

    internal ProtectedSilo Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Silo = await ProtectedSilo.StartAsync(Database);
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Database.DisposeAsync();
    }
}
