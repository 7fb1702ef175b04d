using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Syncs in this silo while the coordinator is silent. The lock distinguishes a working coordinator from a dead one.
/// The fallback waits while the lock is held: a working coordinator will answer, and Postgres takes the lock from a
/// dead one.
/// </summary>
internal sealed class DirectSyncFallback(
    SyncRunner runner, LockWatch locks, IOptions<SyncOptions> options, TimeProvider clock) : ICoordinatorFallback
{
    public TimeSpan CoordinatorTimeout => options.Value.CoordinatorTimeout;

    public async Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered)
    {
        var begun = clock.GetTimestamp();
        var deadline = options.Value.Deadline;
        while (true)
        {
            await locks.UntilFreeAsync(registry, deadline - clock.GetElapsedTime(begun), answered);
            answered.ThrowIfCancellationRequested();
            var receipt = await runner.RunAsync(registry, request);
            if (!receipt.LockWasBusy || clock.GetElapsedTime(begun) > deadline)
            {
                return receipt;
            }
        }
    }
}
