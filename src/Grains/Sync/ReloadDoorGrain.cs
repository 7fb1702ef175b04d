using EndpointSync.Grains.Hosting;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Sync;

/// <summary>Leads clients to the gate of the silo that it is on, which is the one they are connected through.</summary>
[GrainType(OwnGrains.ReloadDoor), StatelessWorker(maxLocalWorkers: 1)]
internal sealed class ReloadDoorGrain(ReloadGate gate) : Grain, IReloadDoorGrain
{
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken cancellationToken = default) =>
        gate.ReloadAsync(registry, request, cancellationToken);
}
