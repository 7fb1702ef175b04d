using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Begins rollouts, and waits for their end. The sync of a rollout is shared with no other caller and runs in this
/// silo: the lock orders it with the coordinator's syncs.
/// </summary>
internal sealed class RolloutGate(
    RegistryMap<Registry> registries, SyncRunner runner, ConvergenceWatch convergence, ILockWait locks,
    TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The live workers of each ring of a registry.</summary>
    public async Task<ILookup<string, string>> FindWorkersAsync(string registry) =>
        (await convergence.ListAsync(registry)).Subscribers.Where(one => one.Kind == SubscriberKind.Worker)
            .ToLookup(worker => worker.Ring ?? WorkerRing.Default, worker => worker.Name, StringComparer.Ordinal);

    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What the sync may do, and how long to wait for the lock.</param>
    /// <param name="order">The rollout.</param>
    /// <param name="cancellationToken">Ends the wait for the lock.</param>
    /// <returns>
    /// The receipt, with the rollout if one began. <see cref="ReloadOutcome.Pinned"/> if the registry is pinned
    /// already: by another rollout, if the receipt names one.
    /// </returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public async Task<ReloadReceipt> RollOutAsync(
        string registry, ReloadRequest request, RolloutOrder order, CancellationToken cancellationToken)
    {
        var rollouts = registries.Get(registry).Rollouts;
        var receipt = await LockRetry.RunAsync(
            locks, registry, request.LockTimeout,
            () => runner.RunAsync(registry, request with { LockTimeout = TimeSpan.Zero }, order), clock,
            cancellationToken);
        if (receipt.Outcome is not (ReloadOutcome.Synced or ReloadOutcome.Pinned)
            || await rollouts.FindLatestAsync(CancellationToken.None) is not { } latest)
        {
            return receipt;
        }

        // An attempt whose answer was lost has begun it, and the next one has found the registry pinned.
        return latest.Id == order.Id
            ? receipt with
            {
                Outcome = ReloadOutcome.Synced,
                PreviousVersion = latest.Rollout.HeldVersion,
                Rollout = latest.Rollout,
            }
            : receipt with { Rollout = latest.Rollout.IsRunning ? latest.Rollout : null };
    }

    /// <summary>Waits until a rollout ends.</summary>
    /// <returns>The rollout as it is then.</returns>
    public async Task<Rollout> WhenEndedAsync(
        string registry, Rollout rollout, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var rollouts = registries.Get(registry).Rollouts;
        var begun = clock.GetTimestamp();
        while (rollout.IsRunning && clock.GetElapsedTime(begun) < timeout)
        {
            await Task.Delay(Interval, clock, cancellationToken);
            if (await rollouts.FindLatestAsync(cancellationToken) is { } latest
                && latest.Rollout.Version == rollout.Version)
            {
                rollout = latest.Rollout;
            }
        }

        return rollout;
    }
}
