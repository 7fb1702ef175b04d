using Orleans.Concurrency;

namespace EndpointSync;

/// <summary>The coordinator of one registry; its key is the registry's name.</summary>
[Alias("endpointsync.coordinator"), GrainInterfaceType("endpointsync.coordinator")]
public interface IEndpointSyncGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the registry's routes match its endpoints, or finds that they already do. Callers that arrive while a sync
    /// runs share the next one. No caller joins a sync that began before its request.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait only; the sync and its other callers go on.</param>
    /// <returns>The receipt. A busy lock and a failing Postgres are outcomes in it, not exceptions.</returns>
    /// <exception cref="UnknownRegistryException">The grain's key names no configured registry.</exception>
    /// <exception cref="TimeoutException">
    /// No answer within a minute. Whether the sync committed is unknown, and a retry is safe.
    /// </exception>
    [Alias("Reload"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<ReloadReceipt> ReloadAsync(ReloadRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Notifies a grain of each new version, as if it had subscribed itself, for the lifetime of its current
    /// activation. If every activation of a grain needs the notifications, the grain calls
    /// <c>this.SubscribeToRoutes(registry)</c> when it is activated instead.
    /// </summary>
    /// <param name="subscriber">The grain; subscribing it twice has the same effect as once.</param>
    /// <returns>The version that the grain's silo serves. The grain is also notified of it.</returns>
    /// <exception cref="UnknownRegistryException">This grain's key names no configured registry.</exception>
    [Alias("Subscribe"), AlwaysInterleave]
    Task<RouteVersion> SubscribeAsync(IRouteSubscriber subscriber);

    /// <summary>Ends a grain's subscription; does nothing if the grain is not subscribed.</summary>
    /// <param name="subscriber">The grain.</param>
    /// <exception cref="UnknownRegistryException">This grain's key names no configured registry.</exception>
    [Alias("Unsubscribe"), AlwaysInterleave]
    Task UnsubscribeAsync(IRouteSubscriber subscriber);
}
