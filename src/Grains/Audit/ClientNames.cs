using System.Collections.Concurrent;
using EndpointSync.Wire;
using Orleans.Runtime.Services;

namespace EndpointSync.Grains.Audit;

/// <summary>Finds out who a client is: here, or by asking the silos that it may be connected to.</summary>
internal sealed class ClientNames(
    IServiceProvider services, ConnectedClients here, IClusterMembershipService membership, ILocalSiloDetails silo)
    : GrainServiceClient<IClientDirectory>(services)
{
    private const int MostKnown = 10_000;

    private static readonly ConnectedClient Unknown = new("client", null);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    // Of clients of other silos. A client keeps its id as long as it runs, and nobody else gets the same.
    private readonly ConcurrentDictionary<GrainId, Task<ConnectedClient?>> _asked = [];

    /// <summary>Who a client is, as far as that is known without asking.</summary>
    public ConnectedClient? Find(GrainId client) =>
        here.Find(client)
        ?? (_asked.TryGetValue(client, out var asked) && asked.IsCompletedSuccessfully ? asked.Result : null);

    /// <summary>Who a client is. One that no silo knows any more is called a client.</summary>
    public async Task<ConnectedClient> FindAsync(GrainId client)
    {
        if (_asked.Count >= MostKnown)
        {
            _asked.Clear();
        }

        if (await _asked.GetOrAdd(client, AskAsync) is { } found)
        {
            return found;
        }

        _asked.TryRemove(client, out _);
        return Unknown;
    }

    private async Task<ConnectedClient?> AskAsync(GrainId client)
    {
        var answers = membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(silo.SiloAddress))
            .Select(member => AskAsync(member.SiloAddress, client))
            .ToList();
        await foreach (var answer in Task.WhenEach(answers))
        {
            if (await answer is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private async Task<ConnectedClient?> AskAsync(SiloAddress other, GrainId client)
    {
        try
        {
            return await GetGrainService(other).FindAsync(client).WaitAsync(Timeout);
        }
        catch (Exception)
        {
            // It stops, or has a version from before there was a directory: another one may know.
            return null;
        }
    }
}
