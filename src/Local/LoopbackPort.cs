using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Local;

/// <summary>TCP ports of 127.0.0.1. A free port is only a hint: another process can take it before it is used.</summary>
internal static class LoopbackPort
{
    private static readonly ConcurrentDictionary<int, bool> Picked = new();

    /// <summary>A port that nothing listens on at this moment, and that this process was not given before.</summary>
    public static int PickFree()
    {
        while (true)
        {
            // A port may be proposed twice while nobody has used it yet.
            if (Propose() is { } port && Picked.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    /// <summary>Whether <paramref name="port"/> could be listened on at this moment.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Below the range that systems take the ports of outgoing connections from, or one of those could have it before it is used.
    private static int? Propose()
    {
        var port = Random.Shared.Next(10_000, 32_000);
        return IsFree(port) ? port : null;
    }
}
