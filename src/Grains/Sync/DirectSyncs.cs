using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// Syncs in this silo while a coordinator is silent. The lock tells a coordinator that is at work from one that is gone: whoever has it is waited for,
/// because a coordinator answers when it is done, and Postgres takes the lock from one that never will be.
/// </summary>
internal sealed class DirectSyncs(RegistryCatalog catalog, SiloSyncs syncs, IOptions<SyncOptions> options, TimeProvider clock) : IStandIn
{
    public TimeSpan Patience => options.Value.CoordinatorPatience;

    public async Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered)
    {
        var wait = new LockWait(catalog.Get(registry), clock);
        while (true)
        {
            await wait.UntilFreeAsync(worthwhile: _ => true, answered);
            answered.ThrowIfCancellationRequested();
            var receipt = await syncs.SyncAsync(registry, request.Callers, request.Scope);
            if (!LockWait.WasNeeded(receipt) || wait.IsOver)
            {
                return receipt;
            }
        }
    }
}
