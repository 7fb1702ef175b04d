using EndpointSync.Publishing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync;

/// <summary>Subscribes grains to route versions.</summary>
public static class RouteSubscription
{
    /// <summary>
    /// Has this activation told of the registry's newest version at once and of each newer one, by calls of
    /// <see cref="IRouteSubscriber.OnRouteVersionAsync"/>, as long as it lives. To be called when the grain is activated; there is nothing to renew
    /// and nothing to end. Subscribing twice is the same as once.
    /// </summary>
    /// <param name="grain">The grain, which is on a silo that the registry is configured for.</param>
    /// <param name="registry">The registry's name.</param>
    /// <exception cref="UnknownRegistryException">The silo is not configured for the registry.</exception>
    /// <exception cref="InvalidOperationException">EndpointSync was not added to the silo.</exception>
    public static void SubscribeToRoutes<TGrain>(this TGrain grain, string registry)
        where TGrain : IGrainBase, IRouteSubscriber => Subscriptions(grain).Add(grain.GrainContext, registry);

    /// <summary>Ends what <see cref="SubscribeToRoutes"/> began; does nothing if there is nothing to end.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="registry">The registry's name.</param>
    /// <exception cref="UnknownRegistryException">The silo is not configured for the registry.</exception>
    /// <exception cref="InvalidOperationException">EndpointSync was not added to the silo.</exception>
    public static void UnsubscribeFromRoutes<TGrain>(this TGrain grain, string registry)
        where TGrain : IGrainBase, IRouteSubscriber => Subscriptions(grain).Remove(grain.GrainContext, registry);

    private static IRouteSubscriptions Subscriptions(IGrainBase grain) =>
        grain.GrainContext.ActivationServices.GetService<IRouteSubscriptions>() ?? throw new InvalidOperationException(
            "This silo publishes no routes. Add EndpointSync to it with AddEndpointSync, with the registries that its grains subscribe to.");
}
