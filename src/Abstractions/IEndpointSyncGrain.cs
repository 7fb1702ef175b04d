using Orleans.Concurrency;

namespace EndpointSync;

/// <summary>The coordinator of one registry; its key is the registry's name.</summary>
[Alias("EndpointSync.IEndpointSyncGrain")]
public interface IEndpointSyncGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the registry's routes match its endpoints, or finds that they do. Callers that arrive while a sync runs share the next one;
    /// none joins a sync that began before its request.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait only; the sync and its other callers go on.</param>
    /// <returns>The receipt. A busy lock and a failing Postgres are outcomes in it, not exceptions.</returns>
    /// <exception cref="UnknownRegistryException">The grain's key names no configured registry.</exception>
    /// <exception cref="TimeoutException">No answer within a minute; whether the sync committed is unknown, and asking again is safe.</exception>
    [Alias("Reload"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<ReloadReceipt> ReloadAsync(ReloadRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells a grain of each new version from now on, as if it had subscribed itself: as long as the activation that answers now lives. A grain
    /// that wants every activation of it to be told subscribes when it is activated instead, with <c>this.SubscribeToRoutes(registry)</c>.
    /// </summary>
    /// <param name="subscriber">The grain; subscribing it twice is the same as once.</param>
    /// <returns>The version that the grain's silo serves, which the grain is told of too.</returns>
    /// <exception cref="UnknownRegistryException">This grain's key names no configured registry.</exception>
    [Alias("Subscribe"), AlwaysInterleave]
    Task<RouteVersion> SubscribeAsync(IRouteSubscriber subscriber);

    /// <summary>Tells a grain no more; does nothing if it is not subscribed.</summary>
    /// <param name="subscriber">The grain.</param>
    /// <exception cref="UnknownRegistryException">This grain's key names no configured registry.</exception>
    [Alias("Unsubscribe"), AlwaysInterleave]
    Task UnsubscribeAsync(IRouteSubscriber subscriber);
}
