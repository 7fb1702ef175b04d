using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres;

/// <summary>Tests that each have a registry on a database of their own.</summary>
public abstract class RegistryTests : IAsyncLifetime
{
    private TestRegistry? _registry;

    /// <summary>The database of this test alone.</summary>
    protected TestDatabase Database { get; } = new();

    private protected TestRegistry Registry => _registry!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        _registry = new TestRegistry(Database);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Registry.DisposeAsync();
        await Database.DisposeAsync();
    }
}
