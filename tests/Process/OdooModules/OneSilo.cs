using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.OdooModules;

/// <summary>A cluster of one silo, for tests that leave it as they found it.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    internal Fleet Fleet { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Fleet = await Fleet.StartAsync(silos: 1);

    public ValueTask DisposeAsync() => Fleet.DisposeAsync();
}
