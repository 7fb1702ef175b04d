using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// Rollbacks and the end of pins at a coordinator, which runs them one after the other with its syncs. Its key is the
/// registry's name. It is an interface of its own, so that a silo of a build that knows no pins refuses the call.
/// </summary>
[Alias("endpointsync.coordinator-pins"), GrainInterfaceType("endpointsync.coordinator-pins")]
internal interface ICoordinatorPins : IGrainWithStringKey
{
    /// <summary>Carries out a request after the sync that runs.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="UnknownRegistryException">The grain's key names no configured registry.</exception>
    [Alias("Pin"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<PinAnswer> PinAsync(PinRequest request);
}
