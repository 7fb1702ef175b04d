using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Runs one sync in this silo, for a coordinator that lives here or in place of a silent one. The order of the steps is
/// part of the protocol: a committed version is published before Odoo's sequence is bumped, and no step after the
/// commit needs the lock.
/// </summary>
internal sealed class SyncRunner(
    RegistryMap<Registry> registries, LockWatch locks, RoutePublisher publisher, SyncTelemetry telemetry,
    RoundTripCounter counter, TimeProvider clock)
{
    /// <summary>
    /// Makes a registry's routes match its endpoints, finds that they match, or reports why they do not.
    /// </summary>
    /// <param name="name">The registry's name.</param>
    /// <param name="request">The requested scope and the number of callers.</param>
    /// <returns>The receipt. Publication continues in the background.</returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public async Task<ReloadReceipt> RunAsync(string name, ReloadRequest request) =>
        (await RunAsync(name, request.Traces, registry => registry.Attempts.RunUntilDeadlineAsync(request))).Receipt;

    /// <summary>Carries out a rollback, or ends a pin and syncs.</summary>
    /// <param name="name">The registry's name.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public async Task<PinAnswer> RunAsync(string name, PinRequest request)
    {
        var result = await RunAsync(
            name, request.Reload.Traces, registry => registry.Attempts.RunUntilDeadlineAsync(request));
        return new PinAnswer(result.Receipt, result.Refusal);
    }

    /// <summary>Syncs, and gives the version to one ring of workers after the other.</summary>
    /// <param name="name">The registry's name.</param>
    /// <param name="request">What the sync may do.</param>
    /// <param name="rollout">The rollout.</param>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public async Task<ReloadReceipt> RunAsync(string name, ReloadRequest request, RolloutOrder rollout) =>
        (await RunAsync(
            name, request.Traces, registry => registry.Attempts.RunUntilDeadlineAsync(request, rollout))).Receipt;

    private async Task<SyncResult> RunAsync(
        string name, IReadOnlyList<string> traces, Func<Registry, Task<SyncResult>> attempt)
    {
        var registry = registries.Get(name);
        using var span = SyncSpans.StartSync(name, traces);
        var roundTrips = counter.Begin();
        var result = await AttemptUntilDeadlineAsync(registry, attempt);
        Publish(registry, result, TraceParent.Of(span));
        await BumpOdooSequenceAsync(registry, result);
        await registry.Statistics.AnalyzeIfGrownAsync(result.Receipt);
        telemetry.Record(result.Receipt, roundTrips.Count, span);
        return result;
    }

    // Another silo that holds the lock fell back on its own sync and finishes soon, so this silo waits for it. Any
    // other process may hold the lock for long.
    private async Task<SyncResult> AttemptUntilDeadlineAsync(
        Registry registry, Func<Registry, Task<SyncResult>> attempt)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var result = await attempt(registry);
            var left = registry.Database.Limits.Deadline - clock.GetElapsedTime(begun);
            if (!result.Receipt.LockWasBusy
                || !await locks.UntilFreeOfSilosAsync(registry.Name, left, CancellationToken.None))
            {
                return result;
            }
        }
    }

    // Not awaited: the receipt reports the commit, and a caller that needs the version served waits for that. The first
    // reload that finds a version of another process, or of an activation that died after its commit, publishes it.
    private void Publish(Registry registry, SyncResult result, string? trace)
    {
        if (result.Delta is { } delta)
        {
            publisher.Publish(new RoutePublication(registry.Name, delta) { Trace = trace });
        }
        else if (result.Receipt.Outcome != ReloadOutcome.Failed
            && publisher.LastPublished(registry.Name) != result.Receipt.Version)
        {
            publisher.Publish(
                new RoutePublication(registry.Name, result.Receipt.Version, Delta: null) { Trace = trace });
        }
    }

    private static Task BumpOdooSequenceAsync(Registry registry, SyncResult result) =>
        result.MayNeedBump ? registry.Sequence.BumpAsync(result.Receipt.Version) : Task.CompletedTask;
}
