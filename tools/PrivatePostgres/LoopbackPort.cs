using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Tools.Postgres;

/// <summary>
/// TCP ports of 127.0.0.1. A free port is only a hint: another process can take it before it is used.
/// </summary>
internal static class LoopbackPort
{
    private static readonly ConcurrentDictionary<int, bool> Picked = new();

    /// <summary>A port that nothing listens on now and that this process did not get before.</summary>
    public static int PickFree()
    {
        while (true)
        {
            // A port may be proposed twice before it is used.
            if (Propose() is { } port && Picked.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    /// <summary>Whether <paramref name="port"/> is free now.</summary>
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

    // Below the range of ports for outgoing connections; such a connection could otherwise take the port before it is
    // used.
    private static int? Propose()
    {
        var port = Random.Shared.Next(10_000, 32_000);
        return IsFree(port) ? port : null;
    }
}
