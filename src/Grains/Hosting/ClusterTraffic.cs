using System.Net;
using EndpointSync.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Grains.Hosting;

/// <summary>
/// Refuses cluster ports that a network sees in the clear, whatever opened them: our keys, Orleans' section
/// <c>Orleans:Endpoints</c>, or the code of a host that embeds the silo. Orleans' own default is the machine's address
/// in the network.
/// </summary>
internal sealed class ClusterTraffic(IServiceProvider services) : IValidateOptions<EndpointOptions>
{
    private const string PlaintextKey = "EndpointSync:Cluster:AllowPlaintextClusterTraffic";

    /// <summary>What to do about it, as the end of a sentence.</summary>
    /// <param name="tls">How TLS is configured.</param>
    public static string Cure(string tls) =>
        "Orleans' traffic is neither encrypted nor authenticated there: who reaches the port can call any grain. "
        + $"Configure {tls}, or protect the network (a mesh, WireGuard, a private segment) and set {PlaintextKey} to "
        + "true, or use 127.0.0.1.";

    public ValidateOptionsResult Validate(string? name, EndpointOptions options)
    {
        if (services.GetService<ProtectedClusterTraffic>() is not null
            || services.GetService<IConfiguration>()?.GetValue<bool>(PlaintextKey) == true)
        {
            return ValidateOptionsResult.Success;
        }

        var complaints = Listening(options)
            .Where(port => port.Address is not null && !IPAddress.IsLoopback(port.Address))
            .Select(port =>
                $"{port.Key} of Orleans' {nameof(EndpointOptions)} ({port.Address}) is not a loopback address, and "
                + Cure("UseClusterTls"))
            .ToList();
        return complaints.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }

    private static (string Key, IPAddress? Address)[] Listening(EndpointOptions options) =>
    [
        options.SiloListeningEndpoint is { } silo
            ? (nameof(EndpointOptions.SiloListeningEndpoint), silo.Address)
            : (nameof(EndpointOptions.AdvertisedIPAddress), options.AdvertisedIPAddress),
        options.GatewayListeningEndpoint is { } gateway
            ? (nameof(EndpointOptions.GatewayListeningEndpoint), gateway.Address)
            : ("the gateway's " + nameof(EndpointOptions.AdvertisedIPAddress),
                options.GatewayPort == 0 ? null : options.AdvertisedIPAddress),
    ];
}
