namespace EndpointSync.Grains.Publishing;

/// <summary>Subscribes a grain from outside: it reaches the grain's activation, wherever that is, and subscribes it there.</summary>
[Alias("EndpointSync.IRouteSubscriberExtension")]
internal interface IRouteSubscriberExtension : IGrainExtension
{
    [Alias("Subscribe")]
    Task<RouteVersion> SubscribeAsync(string registry);

    [Alias("Unsubscribe")]
    Task UnsubscribeAsync(string registry);
}
