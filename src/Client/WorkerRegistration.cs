using EndpointSync.Client.Workers;
using EndpointSync.Client.Workers.Connection;
using EndpointSync.Client.Workers.Dispatch;
using EndpointSync.Client.Workers.Feed;
using EndpointSync.Client.Workers.Forwarding;
using EndpointSync.Client.Workers.Health;
using EndpointSync.Client.Workers.Probing;
using EndpointSync.Client.Workers.Serving;
using EndpointSync.Client.Workers.Snapshots;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client;

/// <summary>Makes an ASP.NET Core application a worker.</summary>
public static class WorkerRegistration
{
    /// <summary>
    /// Makes the application a worker of one registry, configured by the sections <c>EndpointSync:Worker</c> and
    /// <c>EndpointSync:Cluster</c>. Call <see cref="SyncedEndpointsRegistration.MapSyncedEndpoints"/> to map the
    /// handlers of its routes. The start neither waits for the cluster nor fails without it. It fails only with an
    /// <see cref="OptionsValidationException"/>, if an option is wrong. This call also adds
    /// <see cref="IEndpointSyncClient"/> and a health check <c>endpoint-sync</c>, tagged <c>ready</c>.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="registry">
    /// The registry's name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter or digit first.
    /// </param>
    /// <param name="configure">Changes the options after they are read from the configuration.</param>
    /// <exception cref="ArgumentException">The name cannot be a registry's.</exception>
    /// <exception cref="InvalidOperationException">
    /// The application already is a worker, or already has the client without a worker.
    /// </exception>
    public static IHostApplicationBuilder AddEndpointSync(
        this IHostApplicationBuilder builder, string registry, Action<WorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        EndpointSyncClient.Check(registry);
        RefuseWorker(builder.Services, nameof(AddEndpointSync));
        if (builder.Services.Any(service => service.ServiceType == typeof(ICluster)))
        {
            throw new InvalidOperationException(
                $"{nameof(EndpointSyncClientRegistration.AddEndpointSyncClient)} was called before "
                + $"{nameof(AddEndpointSync)}, which also adds the client: leave it out.");
        }

        builder.Services.AddOptions<WorkerOptions>()
            .BindConfiguration(WorkerOptions.Section)
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsRules>());
        builder.AddClient(configure: null);
        AddWorker(builder.Services, registry);
        AddDispatch(builder.Services);
        builder.Services.AddHealthChecks().AddCheck<WorkerHealth>(WorkerHealth.Name, tags: [WorkerHealth.Ready]);
        return builder;
    }

    internal static void RefuseWorker(IServiceCollection services, string caller)
    {
        if (services.Any(service => service.ServiceType == typeof(WorkerIdentity)))
        {
            throw new InvalidOperationException(
                $"{caller} was called after {nameof(AddEndpointSync)}: "
                + "an application is the worker of one registry, and already has the client.");
        }
    }

    // Services stop in reverse order: the loop leaves the silo, then the last routes are written, then the connection
    // ends.
    private static void AddWorker(IServiceCollection services, string registry)
    {
        services.AddSingleton(
            provider => new WorkerIdentity(
                registry, provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Name));
        services.AddSingleton<WorkerState>().AddSingleton<CurrentRoutes>();
        services.AddSingleton<FeedCalls>().AddSingleton<FeedReader>().AddSingleton<FeedOutage>();
        services.AddSingleton<EndlessConnectRetries>().AddSingleton<ClusterClientFactory>();
        services.AddSingleton<ClusterConnection>().AddHostedService(
            provider => provider.GetRequiredService<ClusterConnection>());
        services.AddSingleton<ICluster>(provider => provider.GetRequiredService<ClusterConnection>());
        services.AddSingleton<IFeedSource>(provider => provider.GetRequiredService<ClusterConnection>());
        services.AddSingleton<SnapshotStore>().AddHostedService(
            provider => provider.GetRequiredService<SnapshotStore>());
        services.AddSingleton<ProbeSecret>().AddSingleton<SelfProbe>();
        services.AddHostedService<FeedLoop>();
    }

    private static void AddDispatch(IServiceCollection services)
    {
        services.AddRouting().AddHttpForwarder();
        services.AddSingleton<AppDirectory>().AddSingleton<NewestVersion>().AddSingleton<AppForwarder>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, SyncedMatcherPolicy>());
        // The first filter is the outermost.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, SyncedEndpointsStartupFilter>());
    }
}
