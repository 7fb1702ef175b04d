using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>Passes connections to one address on to another, as NAT or a container's host does.</summary>
internal sealed class PortMap : IDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;

    public PortMap(IPEndPoint listen, IPEndPoint target)
    {
        _listener = new TcpListener(listen);
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The map was disposed.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var from = client;
        using var to = new TcpClient { NoDelay = true };
        try
        {
            await to.ConnectAsync(_target);
            from.NoDelay = true;
            await Task.WhenAny(
                from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
        }
        catch (Exception closed) when (closed is SocketException or IOException)
        {
            // Either side is gone; disposing closes the other.
        }
    }
}
