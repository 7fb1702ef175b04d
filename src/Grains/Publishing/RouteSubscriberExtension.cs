using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <inheritdoc cref="IRouteSubscriberExtension" />
internal sealed class RouteSubscriberExtension(
    IGrainContext activation, RegistryMap<PublishedRegistry> registries) : IRouteSubscriberExtension
{
    public Task<RouteVersion> SubscribeAsync(string registry)
    {
        var published = registries.Get(registry);
        published.Grains.Add(activation);
        return Task.FromResult(published.Routes.Version);
    }

    public Task UnsubscribeAsync(string registry)
    {
        registries.Get(registry).Grains.Remove(activation);
        return Task.CompletedTask;
    }
}
