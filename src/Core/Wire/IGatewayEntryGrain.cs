using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// A client's entry to some silo: to its gate, and to its waits. Orleans sends all calls to one grain through one
/// gateway. If that gateway's silo is frozen, the client calls gateway entries instead of the coordinator. The number
/// of an entry has no meaning; each entry may lead through another gateway.
/// </summary>
[Alias("endpointsync.gateway-entry"), GrainInterfaceType("endpointsync.gateway-entry")]
internal interface IGatewayEntryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a registry current through the silo's gate: by its coordinator, or by the fallback.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    [Alias("Reload"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<ReloadReceipt> ReloadAsync(
        string registry, ReloadRequest request, CancellationToken cancellationToken = default);

    /// <summary>Waits until every selected live subscriber serves a version.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version; a newer one also counts.</param>
    /// <param name="waitFor">Which subscribers to wait for.</param>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether all of them serve it, and which do not.</returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    [Alias("Converge"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<Convergence> ConvergeAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until the registry's lock is free, as this silo sees it. All waiters at a silo are released at the same
    /// moment.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether another reload is worth trying; false if the lock is still held.</returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    [Alias("LockFree"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<bool> LockFreeAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken = default);
}
