using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Client;

/// <summary>Adds the client to an application.</summary>
public static class EndpointSyncClientRegistration
{
    private static readonly TimeSpan GatewayListRefreshPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds <see cref="IEndpointSyncClient"/>, connected to the cluster of the configuration section <c>EndpointSync:Cluster</c>. The application's
    /// start waits for a first silo up to <see cref="EndpointSyncClientOptions.ConnectTimeout"/> and fails with a <see cref="TimeoutException"/>
    /// after it, with an <see cref="OptionsValidationException"/> if an option is wrong. Not for a process that is a silo itself.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="configure">Has the last word over the configuration.</param>
    public static IHostApplicationBuilder AddEndpointSyncClient(this IHostApplicationBuilder builder, Action<EndpointSyncClientOptions>? configure = null)
    {
        builder.Services.AddOptions<EndpointSyncClientOptions>()
            .BindConfiguration(EndpointSyncClientOptions.Section)
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EndpointSyncClientOptions>, EndpointSyncClientOptionsRules>());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(provider => new ReloadGate(provider.GetRequiredService<IClusterClient>(), provider.GetRequiredService<TimeProvider>()));
        builder.Services.TryAddSingleton<IEndpointSyncClient, EndpointSyncClient>();
        return builder.UseOrleansClient(Connect);
    }

    /// <summary>
    /// Reloads the registry once the application has started. A reload that fails is a warning in the log and does not stop the application.
    /// </summary>
    /// <param name="services">The application's services, with <see cref="AddEndpointSyncClient"/> before or after.</param>
    /// <param name="registry">The registry's name.</param>
    public static IServiceCollection AddReloadOnStart(this IServiceCollection services, string registry) =>
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<ReloadOnStart>(provider, registry));

    private static void Connect(IClientBuilder client)
    {
        client.UseAdoNetClustering(clustering => clustering.Configure<IOptions<EndpointSyncClientOptions>>((options, settings) =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = MembershipDatabase.Parse(settings.Value.ConnectionString).ConnectionString;
        }));
        client.Services.AddOptions<ClusterOptions>().Configure<IOptions<EndpointSyncClientOptions>>((options, settings) =>
            (options.ClusterId, options.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = GatewayListRefreshPeriod);
        client.UseConnectionRetryFilter<ConnectRetries>();
    }
}
