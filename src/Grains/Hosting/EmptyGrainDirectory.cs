using System.Diagnostics.CodeAnalysis;
using EndpointSync.Wire;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;

namespace EndpointSync.Grains.Hosting;

/// <summary>
/// The directory of the gateway entries, which each silo has for itself. It is always empty. With Orleans' default
/// directory a client's first call waits for a lookup on another silo, possibly a dead one.
/// </summary>
internal sealed class EmptyGrainDirectory : IGrainDirectory, IGrainDirectoryResolver
{
    private static readonly GrainType GatewayEntry = GrainType.Create(GrainTypes.GatewayEntry);

    public bool TryResolveGrainDirectory(
        GrainType grainType, GrainProperties? properties, [NotNullWhen(true)] out IGrainDirectory? grainDirectory)
    {
        grainDirectory = grainType == GatewayEntry ? this : null;
        return grainDirectory is not null;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
