using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Grains.Publishing;

/// <summary>One registry's routes in this silo, and their subscribers here.</summary>
internal sealed record PublishedRegistry(RegistryRoutes Routes, WorkerLeases Workers, GrainSubscriptions Grains)
{
    public static PublishedRegistry Create(Registry registry, IServiceProvider services)
    {
        var routes = ActivatorUtilities.CreateInstance<RegistryRoutes>(services, registry);
        return new PublishedRegistry(
            routes, ActivatorUtilities.CreateInstance<WorkerLeases>(services),
            ActivatorUtilities.CreateInstance<GrainSubscriptions>(services, routes));
    }
}
