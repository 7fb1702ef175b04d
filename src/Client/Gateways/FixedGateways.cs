using System.Net;
using System.Net.Sockets;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace EndpointSync.Client.Gateways;

/// <summary>
/// The gateways that the settings name. Names are resolved again with each refresh, so a gateway that gets another
/// address, or a further one under the same name, is found.
/// </summary>
internal sealed partial class FixedGateways(
    IOptions<EndpointSyncClientOptions> options, TimeProvider clock, ILogger<FixedGateways> logger)
    : IGatewayListProvider
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<GatewayAddress, IReadOnlyList<IPEndPoint>> _resolved = [];
    private readonly HashSet<GatewayAddress> _unknown = [];

    /// <summary>
    /// How long Orleans leaves a gateway alone that did not answer. Nothing else says that it is gone.
    /// </summary>
    public TimeSpan MaxStaleness { get; } = TimeSpan.FromSeconds(10);

    [Obsolete("Orleans no longer asks, but its interface still has it.")]
    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <summary>Resolves the names. Orleans makes one call at a time.</summary>
    /// <exception cref="GatewaysUnknownException">None of the names can be resolved.</exception>
    public async Task<IList<Uri>> GetGateways()
    {
        string? failure = null;
        foreach (var text in options.Value.Gateways)
        {
            if (GatewayAddress.TryParse(text, out var gateway))
            {
                failure = await ResolveAsync(gateway) ?? failure;
            }
        }

        return _resolved.Count > 0
            ? [.. _resolved.Values.SelectMany(addresses => addresses).Distinct().Select(UriOf)]
            : throw new GatewaysUnknownException(failure ?? "No gateway is named.", mayHeal: true);
    }

    /// <summary>A gateway's address as Orleans' client takes it.</summary>
    public static Uri UriOf(IPEndPoint gateway) => SiloAddress.New(gateway, 0).ToGatewayUri();

    // Why the name cannot be resolved. An address from before stays.
    private async Task<string?> ResolveAsync(GatewayAddress gateway)
    {
        using var deadline = new CancellationTokenSource(ResolveTimeout, clock);
        try
        {
            _resolved[gateway] = await gateway.ResolveAsync(deadline.Token);
            _unknown.Remove(gateway);
            return null;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            if (_unknown.Add(gateway))
            {
                LogUnknown(gateway, failure.Message);
            }

            return $"'{gateway.Host}' cannot be resolved: {failure.Message}";
        }
    }

    [LoggerMessage(
        3004, LogLevel.Warning,
        "Cannot resolve the gateway {Gateway} of EndpointSync:Cluster:Gateways: {Reason} It is tried again every few "
        + "seconds; the other gateways are called meanwhile.")]
    private partial void LogUnknown(GatewayAddress gateway, LogText reason);
}
