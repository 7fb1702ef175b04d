using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Audit;

/// <summary>Tells other silos who the clients of this one are.</summary>
internal sealed class ClientDirectory(GrainId id, Silo silo, ILoggerFactory loggers, ConnectedClients clients)
    : GrainService(id, silo, loggers), IClientDirectory
{
    public Task<ConnectedClient?> FindAsync(GrainId client) => Task.FromResult(clients.Find(client));

    // The base class logs every change of the ring, which has no meaning here.
    public override Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased) => Task.CompletedTask;
}
