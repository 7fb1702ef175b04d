using System.Net;
using System.Net.Sockets;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Refuses a port that another process listens on, before Orleans opens it. Orleans shares its ports (SO_REUSEPORT on
/// Unix), so a second silo on the same port would take connections of the first one, or take its place in the cluster.
/// </summary>
internal static class ExclusivePorts
{
    /// <exception cref="StartException">Another process listens on a port, or the address is not of this machine.
    /// </exception>
    public static void Check(ClusterSettings cluster)
    {
        var address = IPAddress.Parse(cluster.AdvertisedAddress);
        Check(address, "SiloPort", cluster.SiloPort);
        Check(address, "GatewayPort", cluster.GatewayPort);
    }

    private static void Check(IPAddress address, string key, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException(
                $"Address already in use: another process listens on port {port} (EndpointSync:Cluster:{key}). "
                + "Stop it, or give this silo another port.",
                StartException.Unavailable);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new StartException(
                $"EndpointSync:Cluster:AdvertisedAddress ({address}) is not an address of this machine: "
                + "set the one where the other silos reach it.");
        }
    }
}
