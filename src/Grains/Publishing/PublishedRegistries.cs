using System.Diagnostics.CodeAnalysis;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Grains.Publishing;

/// <summary>What this silo serves, registry by registry.</summary>
internal sealed class PublishedRegistries
{
    private readonly RegistryCatalog _catalog;
    private readonly Dictionary<string, PublishedRegistry> _registries;

    public PublishedRegistries(RegistryCatalog catalog, IServiceProvider services)
    {
        _catalog = catalog;
        _registries = catalog.All.ToDictionary(registry => registry.Name, registry => Build(registry, services), StringComparer.Ordinal);
    }

    public IEnumerable<PublishedRegistry> All => _registries.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out PublishedRegistry? registry) => _registries.TryGetValue(name, out registry);

    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public PublishedRegistry Get(string name) => TryGet(name, out var registry) ? registry : throw _catalog.Unknown(name);

    private static PublishedRegistry Build(Registry registry, IServiceProvider services)
    {
        var routes = ActivatorUtilities.CreateInstance<RegistryRoutes>(services, registry);
        return new PublishedRegistry(
            routes, ActivatorUtilities.CreateInstance<WorkerLeases>(services), ActivatorUtilities.CreateInstance<GrainSubscriptions>(services, routes));
    }
}
