using System.Net;
using System.Net.Sockets;
using EndpointSync.Grains.Postgres;

namespace EndpointSync.Silo.Hosting;

/// <summary>Where the silo is reached, and where it listens.</summary>
/// <param name="Advertised">The address that the other silos and clients use.</param>
/// <param name="Silo">Where the silo listens for other silos.</param>
/// <param name="Gateway">Where the silo listens for clients.</param>
internal sealed record ClusterEndpoints(IPAddress Advertised, IPEndPoint Silo, IPEndPoint Gateway)
{
    private const string Key = "EndpointSync:Cluster:AdvertisedAddress";

    /// <summary>
    /// Resolves the advertised address. Its default is that of the interface that reaches the database: where all silos
    /// meet, so the others most likely reach the silo there too.
    /// </summary>
    /// <exception cref="StartException">There is no such address, or it must not be used.</exception>
    public static ClusterEndpoints Resolve(ClusterSettings cluster)
    {
        var towards = InterfaceTowards(cluster.ConnectionString!);
        var advertised = cluster.AdvertisedAddress is { } text ? Resolve(Key, text) : towards;
        if (IPAddress.IsLoopback(advertised) && !IPAddress.IsLoopback(towards))
        {
            throw new StartException(
                $"{Key} ({advertised}) is the loopback address, but the cluster's database is reached over the "
                + "network, where other machines reach it too. Silos of several machines would all claim this "
                + $"address and declare each other dead. Leave it out, which means {towards}, or use a database "
                + "at 127.0.0.1.");
        }

        // A default or a name that was checked before it had an address.
        if (ClusterPortRules.ComplaintAboutTraffic(cluster, "AdvertisedAddress", advertised) is { } complaint)
        {
            throw new StartException(
                cluster.AdvertisedAddress is null
                    ? $"{complaint} It is the address of the interface that reaches the cluster's database."
                    : complaint);
        }

        return new ClusterEndpoints(
            advertised,
            ClusterPortRules.Endpoint(cluster.SiloListeningEndpoint, cluster.SiloPort)
                ?? new IPEndPoint(advertised, cluster.SiloPort),
            ClusterPortRules.Endpoint(cluster.GatewayListeningEndpoint, cluster.GatewayPort)
                ?? new IPEndPoint(advertised, cluster.GatewayPort));
    }

    private static IPAddress InterfaceTowards(string connectionString)
    {
        var servers = DatabaseServers.Of(connectionString).ToList();
        string? failure = null;
        foreach (var server in servers)
        {
            try
            {
                return InterfaceTowards(
                    Resolve("EndpointSync:Cluster:ConnectionString: Host", server.Host), server.Port);
            }
            catch (Exception unreachable) when (unreachable is SocketException or StartException)
            {
                failure = unreachable.Message;
            }
        }

        throw new StartException(
            $"The cluster's database (EndpointSync:Cluster:ConnectionString) cannot be reached: {failure}",
            StartException.Unavailable);
    }

    // Connecting a UDP socket sends nothing; the system only chooses the route.
    private static IPAddress InterfaceTowards(IPAddress server, int port)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server, port == 0 ? 1 : port);
        return ((IPEndPoint)socket.LocalEndPoint!).Address;
    }

    // Of a name with addresses of both families the IPv4 one, which every machine of the cluster most likely has.
    private static IPAddress Resolve(string key, string host)
    {
        try
        {
            return Dns.GetHostAddresses(host).OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork)
                .First();
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException or InvalidOperationException)
        {
            throw new StartException(
                $"{key} ({host}) is a name that this machine cannot resolve: {unknown.Message}",
                StartException.Unavailable);
        }
    }
}
