using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// A coordinator's sign of life, for gates whose reload takes long. The coordinator gives it while it syncs; a frozen
/// or dead one does not. Its key is the registry's name.
/// </summary>
[Alias("endpointsync.coordinator-life"), GrainInterfaceType("endpointsync.coordinator-life")]
internal interface ICoordinatorLife : IGrainWithStringKey
{
    /// <summary>Whether a sync runs or waits, background retries included.</summary>
    [Alias("IsSyncing"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<bool> IsSyncingAsync();
}
