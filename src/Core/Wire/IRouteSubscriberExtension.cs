using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// Subscribes a grain from outside: the call reaches the grain's activation, wherever it is, and subscribes it there. A
/// grain may subscribe itself in the middle of a call, so the extension interleaves with that call.
/// </summary>
[Alias("endpointsync.route-subscriber-extension"), GrainInterfaceType("endpointsync.route-subscriber-extension")]
internal interface IRouteSubscriberExtension : IGrainExtension
{
    [Alias("Subscribe"), AlwaysInterleave]
    Task<RouteVersion> SubscribeAsync(string registry);

    [Alias("Unsubscribe"), AlwaysInterleave]
    Task UnsubscribeAsync(string registry);
}
