using Orleans.Concurrency;

namespace EndpointSync;

/// <summary>
/// The way of a client to some silo's gate. Orleans leads all calls of one grain through one gateway, so a client whose way to a coordinator leads
/// through a silo that is frozen asks at doors instead: their keys mean nothing, but that each may lead through another gateway.
/// </summary>
[Alias("EndpointSync.IReloadDoorGrain")]
internal interface IReloadDoorGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a registry current as everything in the silo does: by its coordinator, or without it.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    [Alias("Reload"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken cancellationToken = default);
}
