using System.Net.Sockets;

namespace EndpointSync.Tests.Outages;

/// <summary>One connection of a <see cref="Relay"/>, in both directions.</summary>
internal sealed class RelayedConnection(TcpClient client, TcpClient server) : IDisposable
{
    private volatile bool _isSilent;

    /// <summary>Whether incoming bytes are dropped.</summary>
    public bool IsSilent
    {
        get => _isSilent;
        set => _isSilent = value;
    }

    public void Start()
    {
        _ = PassAsync(client, server);
        _ = PassAsync(server, client);
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task PassAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[8192];
        try
        {
            var count = await from.GetStream().ReadAsync(buffer);
            while (count > 0)
            {
                if (!_isSilent)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }

                count = await from.GetStream().ReadAsync(buffer);
            }

            if (!_isSilent)
            {
                Dispose();
            }
        }
        catch (Exception ended) when (
            ended is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            Dispose();
        }
    }
}
