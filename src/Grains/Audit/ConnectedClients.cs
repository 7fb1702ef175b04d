using EndpointSync.Wire;

namespace EndpointSync.Grains.Audit;

/// <summary>The clients of this silo's gateway, by the id that their messages have.</summary>
internal sealed class ConnectedClients(TimeProvider clock)
{
    // A call may be recorded after its client has gone.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, Known> _clients = [];

    /// <summary>Adds a connection of a client.</summary>
    /// <returns>False if the id is that of a client with another name, in whose place nobody may call.</returns>
    public bool TryAdd(GrainId id, ConnectedClient client)
    {
        lock (_lock)
        {
            foreach (var (gone, known) in _clients)
            {
                if (known.Connections == 0 && clock.GetElapsedTime(known.GoneAt) > Kept)
                {
                    _clients.Remove(gone);
                }
            }

            if (!_clients.TryGetValue(id, out var current))
            {
                _clients[id] = new Known(client);
                return true;
            }

            current.Connections += current.Client.Principal == client.Principal ? 1 : 0;
            return current.Client.Principal == client.Principal;
        }
    }

    /// <summary>A connection that was added has ended.</summary>
    public void Remove(GrainId id)
    {
        lock (_lock)
        {
            var known = _clients[id];
            (known.Connections, known.GoneAt) = (known.Connections - 1, clock.GetTimestamp());
        }
    }

    public ConnectedClient? Find(GrainId id)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(id, out var known) ? known.Client : null;
        }
    }

    private sealed class Known(ConnectedClient client)
    {
        public ConnectedClient Client => client;

        public int Connections { get; set; } = 1;

        public long GoneAt { get; set; }
    }
}
