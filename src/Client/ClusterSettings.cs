using EndpointSync.Client.Gateways;
using EndpointSync.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Client;

/// <summary>The parts that every connection to a cluster shares.</summary>
internal static class ClusterSettings
{
    private static readonly TimeSpan GatewayListRefreshPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the client's options, checked when the application starts, and the client itself. The caller adds the
    /// connection.
    /// </summary>
    public static void AddClient(this IHostApplicationBuilder builder, Action<EndpointSyncClientOptions>? configure)
    {
        builder.Services.AddOptions<EndpointSyncClientOptions>()
            .BindConfiguration(EndpointSyncClientOptions.Section)
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<EndpointSyncClientOptions>, EndpointSyncClientOptionsRules>());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IEndpointSyncClient, EndpointSyncClient>();
    }

    public static void Connect(IClientBuilder client)
    {
        client.Services.AddGateways();
        client.Services.AddOptions<ClusterOptions>().Configure<IOptions<EndpointSyncClientOptions>>(
            (options, settings) =>
            (options.ClusterId, options.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        client.UseClusterTls(provider => provider.GetRequiredService<IOptions<EndpointSyncClientOptions>>().Value.Tls);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = GatewayListRefreshPeriod);
    }
}
