using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Tests.Outages;

/// <summary>
/// Passes TCP connections on to a port of this machine, counts them, and lets chosen ones go silent without closing
/// them, as a firewall does.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, RelayedConnection> _connections = new();
    private readonly Task _accepting;
    private int _count;

    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections opened.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether new connections are closed at once, as by a server that is away.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>Stops passing bytes of the connection that comes from a port.</summary>
    /// <param name="clientPort">The port as the server sees it.</param>
    public void Silence(int clientPort) => _connections[clientPort].IsSilent = true;

    /// <summary>Closes every open connection.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _count);
            if (IsRefusing)
            {
                client.Dispose();
                continue;
            }

            var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            var connection = new RelayedConnection(client, server);
            _connections[((IPEndPoint)server.Client.LocalEndPoint!).Port] = connection;
            connection.Start();
        }
    }
}
