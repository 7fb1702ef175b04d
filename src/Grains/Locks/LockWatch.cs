using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Looks at the registries' locks for everybody in this silo, so that however many wait for one, Postgres is asked by one. Nobody waits inside
/// Postgres: a waiter there would hold a connection and a transaction, and would be served before those who only try.
/// </summary>
internal sealed class LockWatch(RegistryCatalog catalog, IServiceProvider services, IHostApplicationLifetime lifetime) : BackgroundService
{
    private readonly Dictionary<string, RegistryLockWatch> _watches = catalog.All.ToDictionary(
        registry => registry.Name, registry => ActivatorUtilities.CreateInstance<RegistryLockWatch>(services, registry.Database), StringComparer.Ordinal);

    /// <summary>How many wait for the lock here.</summary>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public int Waiting(string registry) => Get(registry).Waiting;

    /// <summary>Waits until the lock is free, or cannot be looked at; all who wait here are told at the same moment.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is worth trying again; false when the time is over, or this silo stops.</returns>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public async Task<bool> FreeAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var isFree = await Get(registry).FreeAsync(timeout, ended.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return isFree;
    }

    // Each registry has a loop of its own, so that one that hangs holds up no other.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_watches.Values.Select(watch => watch.RunAsync(stoppingToken)));

    private RegistryLockWatch Get(string registry) => _watches.TryGetValue(registry, out var watch) ? watch : throw catalog.Unknown(registry);
}
