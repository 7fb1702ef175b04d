using System.Globalization;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tools.Processes;

/// <summary>The configuration keys of a silo process.</summary>
internal static class SiloConfiguration
{
    public static IEnumerable<KeyValuePair<string, string>> Of(SiloProcessOptions options) =>
    [
        new("EndpointSync:Cluster:ConnectionString", options.ClusterConnectionString),
        new("EndpointSync:Cluster:ClusterId", options.ClusterId),
        new("EndpointSync:Cluster:SiloName", options.Name),
        new("EndpointSync:Cluster:SiloPort", FreePort()),
        new("EndpointSync:Cluster:GatewayPort", FreePort()),
        new("EndpointSync:Cluster:MembershipProfile", options.MembershipProfile),
        .. options.Configuration,
    ];

    private static string FreePort() => LoopbackPort.PickFree().ToString(CultureInfo.InvariantCulture);
}
