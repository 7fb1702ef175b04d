using System.Collections.Concurrent;
using EndpointSync.Grains.Registries;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The way to a registry's coordinator for everything in this silo. However many ask at once, one request is under way and one waits for it, so
/// thousands of callers are two messages.
/// </summary>
internal sealed class ReloadGate(IGrainFactory grains, RegistryCatalog catalog)
{
    private readonly ConcurrentDictionary<string, Flights<ReloadReceipt>> _flights = new(StringComparer.Ordinal);

    /// <summary>Asks for the registry to be made current, together with everybody else here who asks now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public Task<ReloadReceipt> ReloadAsync(string registry, CancellationToken cancellationToken)
    {
        var flights = _flights.GetOrAdd(catalog.Get(registry).Name, FlightsTo);
        // Off a calling grain's scheduler: a gate that a busy grain opened must not wait for that grain's turns.
        return TaskScheduler.Current == TaskScheduler.Default
            ? flights.JoinAsync(callers: 1, cancellationToken)
            : Task.Run(() => flights.JoinAsync(callers: 1, cancellationToken), CancellationToken.None);
    }

    private Flights<ReloadReceipt> FlightsTo(string registry)
    {
        var coordinator = grains.GetGrain<IEndpointSyncGrain>(registry);
        return new Flights<ReloadReceipt>(callers => coordinator.ReloadAsync(new ReloadRequest(callers), CancellationToken.None));
    }
}
