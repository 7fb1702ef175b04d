using System.Diagnostics.CodeAnalysis;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;

namespace EndpointSync.Grains.Hosting;

/// <summary>
/// The directory of the grains that each silo has for itself. There is nothing in it: Orleans' own would have another silo asked, which may be gone or frozen,
/// whether a grain is active elsewhere, before the first call of a client is answered, though grains of this kind are never entered.
/// </summary>
internal sealed class OwnGrains : IGrainDirectory, IGrainDirectoryResolver
{
    /// <summary>The type of the grain that workers ask.</summary>
    public const string RouteFeed = "route-feed";

    /// <summary>The type of the grain that leads clients to a silo's gate.</summary>
    public const string ReloadDoor = "reload-door";

    private static readonly GrainType[] Types = [GrainType.Create(RouteFeed), GrainType.Create(ReloadDoor)];

    public bool TryResolveGrainDirectory(GrainType grainType, GrainProperties? properties, [NotNullWhen(true)] out IGrainDirectory? grainDirectory)
    {
        grainDirectory = Types.Contains(grainType) ? this : null;
        return grainDirectory is not null;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
