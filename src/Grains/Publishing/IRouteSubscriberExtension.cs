using Orleans.Concurrency;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Subscribes a grain from outside: it reaches the grain's activation, wherever that is, and subscribes it there. A grain may ask for that itself,
/// in the middle of a call, so its own activation must not be busy for it.
/// </summary>
[Alias("EndpointSync.IRouteSubscriberExtension")]
internal interface IRouteSubscriberExtension : IGrainExtension
{
    [Alias("Subscribe"), AlwaysInterleave]
    Task<RouteVersion> SubscribeAsync(string registry);

    [Alias("Unsubscribe"), AlwaysInterleave]
    Task UnsubscribeAsync(string registry);
}
