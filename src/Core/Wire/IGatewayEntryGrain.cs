using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// A client's entry to some silo's gate. Orleans sends all calls to one grain through one gateway. If that gateway's
/// silo is frozen, the client calls gateway entries instead of the coordinator. The number of an entry has no meaning;
/// each entry may lead through another gateway.
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
}
