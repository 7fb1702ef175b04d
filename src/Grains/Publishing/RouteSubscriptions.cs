using EndpointSync.Core;

namespace EndpointSync.Grains.Publishing;

/// <summary>This silo's subscriptions by registry.</summary>
internal sealed class RouteSubscriptions(RegistryMap<PublishedRegistry> registries) : IRouteSubscriptions
{
    public void Add(IGrainContext activation, string registry) => registries.Get(registry).Grains.Add(activation);

    public void Remove(IGrainContext activation, string registry) => registries.Get(registry).Grains.Remove(activation);
}
