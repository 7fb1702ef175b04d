using System.Net;
using EndpointSync.Grains.Hosting;
using EndpointSync.Tls;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// The rules for the cluster's ports: where they listen, and that a network sees them encrypted only.
/// </summary>
internal static class ClusterPortRules
{
    private const string Section = "EndpointSync:Cluster";

    public static IEnumerable<string> Check(ClusterSettings cluster) => Tls(cluster.Tls)
        .Concat(Advertised(cluster))
        .Concat(Listening(cluster, "SiloListeningEndpoint", cluster.SiloListeningEndpoint))
        .Concat(Listening(cluster, "GatewayListeningEndpoint", cluster.GatewayListeningEndpoint));

    /// <summary>
    /// Orleans' own keys would move its ports behind the back of ours, so none of them has an effect in a silo.
    /// </summary>
    public static IEnumerable<string> OrleansKeys(IConfiguration configuration) =>
        configuration.GetSection("Orleans:Endpoints").GetChildren().Select(key =>
            $"{key.Path} ({key.Value}) is Orleans' own key. Set {Section}:{Ours(key.Key)} instead, and leave it out.");

    /// <summary>Why a port must not use an address; null if it may.</summary>
    public static string? ComplaintAboutTraffic(ClusterSettings cluster, string key, IPAddress address) =>
        IPAddress.IsLoopback(address) || cluster.Tls.IsConfigured || cluster.AllowPlaintextClusterTraffic
            ? null
            : $"{Section}:{key} ({address}) is not a loopback address, and "
                + ClusterTraffic.Cure(ClusterTlsOptions.Section);

    /// <summary>An <c>address:port</c>; the port may be left out.</summary>
    public static IPEndPoint? Endpoint(string? text, int port) => IPEndPoint.TryParse(text ?? "", out var endpoint)
        ? new IPEndPoint(endpoint.Address, endpoint.Port == 0 ? port : endpoint.Port)
        : null;

    private static IEnumerable<string> Tls(ClusterTlsOptions tls) =>
        tls.IsConfigured ? ClusterTls.Check(tls, TlsRole.Silo, TimeProvider.System) : [];

    private static IEnumerable<string> Advertised(ClusterSettings cluster)
    {
        if (cluster.AdvertisedAddress is not { } text)
        {
            yield break;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            if (Uri.CheckHostName(text) != UriHostNameType.Dns)
            {
                yield return $"{Section}:AdvertisedAddress ({text}) must be an IP address or a host name where the "
                    + "other silos reach this one.";
            }
        }
        else if (IPAddress.Any.Equals(address) || IPAddress.IPv6Any.Equals(address))
        {
            yield return $"{Section}:AdvertisedAddress ({text}) must be an IP address or a host name where the other "
                + $"silos reach this one. To listen everywhere, set {Section}:SiloListeningEndpoint.";
        }
        else if (ComplaintAboutTraffic(cluster, "AdvertisedAddress", address) is { } complaint)
        {
            yield return complaint;
        }
    }

    private static IEnumerable<string> Listening(ClusterSettings cluster, string key, string? text)
    {
        if (text is null)
        {
            yield break;
        }

        if (Endpoint(text, port: 1) is not { } endpoint)
        {
            yield return $"{Section}:{key} ({text}) must be an IP address and a port of this machine, such as "
                + "0.0.0.0:11111.";
        }
        else if (ComplaintAboutTraffic(cluster, key, endpoint.Address) is { } complaint)
        {
            yield return complaint;
        }
    }

    private static string Ours(string key) =>
        key.Equals("AdvertisedIPAddress", StringComparison.OrdinalIgnoreCase) ? "AdvertisedAddress" : key;
}
