using System.Collections.Concurrent;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;

namespace EndpointSync.Grains.Sync;

/// <summary>Runs syncs in this silo and tells of what they made, for a coordinator that lives here or in the place of one that cannot be reached.</summary>
internal sealed class SiloSyncs(RegistryCatalog catalog, RoutePublisher publisher, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, RouteVersion> _published = new(StringComparer.Ordinal);

    /// <summary>
    /// Runs one sync. A lock that another silo has is waited for: that silo stands in for a coordinator that it takes for silent, and is done soon. Any
    /// other process's is not.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="callers">How many callers share it.</param>
    /// <param name="scope">What they want to be current.</param>
    /// <returns>The receipt; the publication goes on behind it.</returns>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public async Task<ReloadReceipt> SyncAsync(string registry, int callers, ReloadScope scope)
    {
        var known = catalog.Get(registry);
        var receipt = await TrySyncAsync(known, callers, scope);
        for (var wait = new LockWait(known, clock); LockWait.WasNeeded(receipt) && !wait.IsOver && await wait.UntilFreeAsync(DataSources.IsSilo, CancellationToken.None);)
        {
            receipt = await TrySyncAsync(known, callers, scope);
        }

        return receipt;
    }

    private async Task<ReloadReceipt> TrySyncAsync(Registry registry, int callers, ReloadScope scope)
    {
        var told = false;
        var receipt = await registry.Synchronizer.SyncAsync(callers, scope, delta =>
        {
            told = true;
            Publish(new RoutePublication(registry.Name, delta));
        });
        if (!told && receipt.Outcome != ReloadOutcome.Failed && (receipt.Version > receipt.PreviousVersion || receipt.Version != Published(registry.Name)))
        {
            Publish(new RoutePublication(registry.Name, receipt.Version, Delta: null));
        }

        return receipt;
    }

    private RouteVersion Published(string registry) => _published.GetValueOrDefault(registry);

    // Not awaited: the receipt says what is committed, and who wants to know who serves it asks that. A version that was made elsewhere, or by an
    // activation that died before it told, is told of by the first reload that finds it.
    private void Publish(RoutePublication publication)
    {
        _published[publication.Registry] = publication.Version;
        publisher.Publish(publication);
    }
}
