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
    public static void Check(ClusterEndpoints endpoints)
    {
        Check(endpoints.Silo, "Silo");
        Check(endpoints.Gateway, "Gateway");
    }

    private static void Check(IPEndPoint endpoint, string port)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException(
                $"Address already in use: another process listens on port {endpoint.Port} "
                + $"(EndpointSync:Cluster:{port}Port). Stop it, or give this silo another port.",
                StartException.Unavailable);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new StartException(
                $"EndpointSync:Cluster:AdvertisedAddress ({endpoint.Address}) is not an address of this machine: "
                + "set the one where the other silos reach it. Behind NAT, or in a container whose ports the "
                + $"host maps, set EndpointSync:Cluster:{port}ListeningEndpoint too, such as 0.0.0.0:{endpoint.Port}.");
        }
    }
}
