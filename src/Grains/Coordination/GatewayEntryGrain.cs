using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// The clients' entry into the cluster: passes their reloads to the gate of its silo, and waits for them there.
/// </summary>
[GrainType(GrainTypes.GatewayEntry), StatelessWorker(maxLocalWorkers: 1)]
internal sealed class GatewayEntryGrain(
    ReloadGate gate, RegistryMap<PublishedRegistry> registries, ConvergenceWatch convergence, LockWatch locks,
    SiloDrain drain)
    : Grain, IGatewayEntryGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    public Task<ReloadReceipt> ReloadAsync(
        string registry, ReloadRequest request, CancellationToken cancellationToken = default) =>
        gate.ReloadAsync(registry, request, cancellationToken);

    public async Task<Convergence> ConvergeAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        var answer = await convergence.WaitAsync(
            registries.Get(registry).Routes.Registry, version, waitFor, timeout < LongestWait ? timeout : LongestWait,
            cancellationToken);
        return answer.Reached || !drain.Ended.IsCancellationRequested
            ? answer
            : throw Stopping();
    }

    public async Task<bool> LockFreeAsync(
        string registry, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await locks.UntilFreeAsync(registry, timeout < LongestWait ? timeout : LongestWait, cancellationToken)
        || (drain.Ended.IsCancellationRequested ? throw Stopping() : false);

    private static SiloUnavailableException Stopping() =>
        new("This silo is stopping, so it ended the wait. Ask again: another silo can answer.");
}
