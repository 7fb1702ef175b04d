using EndpointSync.Core;
using EndpointSync.Wire;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Coordination;

/// <summary>The clients' entry into the cluster: passes their reloads to the gate of its silo.</summary>
[GrainType(GrainTypes.GatewayEntry), StatelessWorker(maxLocalWorkers: 1)]
internal sealed class GatewayEntryGrain(ReloadGate gate) : Grain, IGatewayEntryGrain
{
    public Task<ReloadReceipt> ReloadAsync(
        string registry, ReloadRequest request, CancellationToken cancellationToken = default) =>
        gate.ReloadAsync(registry, request, cancellationToken);
}
