using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.Membership;

namespace EndpointSync.Client.Gateways;

/// <summary>Adds the list of gateways to Orleans' client, from wherever the settings say.</summary>
internal static class GatewayRegistration
{
    public static void AddGateways(this IServiceCollection services)
    {
        services.AddOptions<AdoNetClusteringClientOptions>().Configure<IOptions<EndpointSyncClientOptions>>(
            (options, settings) =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = MembershipDatabase.Parse(settings.Value.ConnectionString).ConnectionString;
            });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IGatewayListProvider>(
            provider => ActivatorUtilities.CreateInstance<KnownGateways>(provider, Source(provider)));
    }

    // Known only when the settings are read, after the registration. KnownGateways disposes of it.
    private static IGatewayListProvider Source(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<EndpointSyncClientOptions>>().Value switch
        {
            { Gateways.Count: > 0 } => ActivatorUtilities.CreateInstance<FixedGateways>(provider),
            { Silos.Count: > 0 } => ActivatorUtilities.CreateInstance<SiloGateways>(provider),
            _ => ActivatorUtilities.CreateInstance<AdoNetGatewayListProvider>(provider),
        };
}
