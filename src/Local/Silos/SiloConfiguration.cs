using System.Globalization;

namespace EndpointSync.Local.Silos;

/// <summary>The keys that a silo process is given, as the environment variables it reads them from.</summary>
internal static class SiloConfiguration
{
    public static IReadOnlyDictionary<string, string> Environment(SiloProcessOptions options, Uri address)
    {
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Urls"] = address.GetLeftPart(UriPartial.Authority),
            ["EndpointSync:StopWhenInputEnds"] = "true",
            ["EndpointSync:Cluster:ConnectionString"] = options.ClusterConnectionString,
            ["EndpointSync:Cluster:ClusterId"] = options.ClusterId,
            ["EndpointSync:Cluster:SiloName"] = options.Name,
            ["EndpointSync:Cluster:SiloPort"] = FreePort(),
            ["EndpointSync:Cluster:GatewayPort"] = FreePort(),
            ["EndpointSync:Cluster:MembershipProfile"] = options.MembershipProfile,
        };
        foreach (var (key, value) in options.Configuration)
        {
            keys[key] = value;
        }

        return keys.ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value);
    }

    private static string FreePort() => LoopbackPort.PickFree().ToString(CultureInfo.InvariantCulture);
}
