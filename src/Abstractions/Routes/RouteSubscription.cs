using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync;

/// <summary>Subscribes grains to route versions.</summary>
public static class RouteSubscription
{
    /// <summary>
    /// Notifies this activation of the registry's newest version at once, and of each newer one for as long as the
    /// activation lives, by calls of <see cref="IRouteSubscriber.OnRouteVersionAsync"/>. Call it when the grain is
    /// activated. The subscription needs no renewal and ends with the activation. Subscribing twice has the same effect
    /// as once.
    /// </summary>
    /// <param name="grain">The grain; its silo must have the registry configured.</param>
    /// <param name="registry">The registry's name.</param>
    /// <exception cref="UnknownRegistryException">The silo is not configured for the registry.</exception>
    /// <exception cref="InvalidOperationException">EndpointSync was not added to the silo.</exception>
    public static void SubscribeToRoutes<TGrain>(this TGrain grain, string registry)
        where TGrain : IGrainBase, IRouteSubscriber => Subscriptions(grain).Add(grain.GrainContext, registry);

    /// <summary>Ends the subscription made by <see cref="SubscribeToRoutes"/>; does nothing if there is none.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="registry">The registry's name.</param>
    /// <exception cref="UnknownRegistryException">The silo is not configured for the registry.</exception>
    /// <exception cref="InvalidOperationException">EndpointSync was not added to the silo.</exception>
    public static void UnsubscribeFromRoutes<TGrain>(this TGrain grain, string registry)
        where TGrain : IGrainBase, IRouteSubscriber => Subscriptions(grain).Remove(grain.GrainContext, registry);

    private static IRouteSubscriptions Subscriptions(IGrainBase grain) =>
        grain.GrainContext.ActivationServices.GetService<IRouteSubscriptions>() ?? throw new InvalidOperationException(
            "This silo publishes no routes. Add EndpointSync to it with AddEndpointSync, "
            + "with the registries that its grains subscribe to.");
}
