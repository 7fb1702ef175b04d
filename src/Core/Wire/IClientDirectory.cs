using Orleans.Services;

namespace EndpointSync.Wire;

/// <summary>
/// What silos ask each other about clients: a client's call may reach another silo than the one that it is connected
/// to. Each silo runs one instance.
/// </summary>
[Alias("endpointsync.client-directory"), GrainInterfaceType("endpointsync.client-directory")]
internal interface IClientDirectory : IGrainService
{
    /// <summary>Who a client is; null if it was not connected to this silo of late.</summary>
    /// <param name="client">The client's id in Orleans.</param>
    [Alias("Find")]
    Task<ConnectedClient?> FindAsync(GrainId client);
}
