using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client;

/// <summary>Adds the client to an application.</summary>
public static class EndpointSyncClientRegistration
{
    /// <summary>
    /// Adds <see cref="IEndpointSyncClient"/>, connected to the cluster of the configuration section
    /// <c>EndpointSync:Cluster</c>. The application's start waits for a first silo up to
    /// <see cref="EndpointSyncClientOptions.ConnectTimeout"/>, and then fails with a <see cref="TimeoutException"/>. A
    /// wrong option fails the start with an <see cref="OptionsValidationException"/>. Do not add it to a silo.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="configure">Changes the options after they are read from the configuration.</param>
    public static IHostApplicationBuilder AddEndpointSyncClient(
        this IHostApplicationBuilder builder, Action<EndpointSyncClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddClient(configure);
        return builder.UseOrleansClient(client =>
        {
            ClusterSettings.Connect(client);
            client.UseConnectionRetryFilter<ConnectRetries>();
        });
    }

    /// <summary>
    /// Reloads the registry once the application has started. A failed reload is logged as a warning and does not stop
    /// the application.
    /// </summary>
    /// <param name="services">The application's services; add the client before or after this call.</param>
    /// <param name="registry">The registry's name.</param>
    public static IServiceCollection AddReloadOnStart(this IServiceCollection services, string registry) =>
        services.AddSingleton<IHostedService>(
            provider => ActivatorUtilities.CreateInstance<ReloadOnStart>(provider, registry));
}
