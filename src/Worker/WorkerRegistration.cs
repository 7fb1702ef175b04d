using EndpointSync.Core;
using EndpointSync.Worker.Dispatch;
using EndpointSync.Worker.Health;
using EndpointSync.Worker.Snapshots;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker;

/// <summary>Makes an ASP.NET Core application a worker.</summary>
public static class WorkerRegistration
{
    private const string SilosKey = nameof(WorkerOptions.Silos);

    /// <summary>
    /// Makes the application a worker of a registry, configured by the section <c>EndpointSync:Worker</c>. Call it once
    /// for each registry; the section <c>EndpointSync:Worker:Registries:&lt;name&gt;</c> has what differs for one of
    /// them. Call <see cref="SyncedEndpointsRegistration.MapSyncedEndpoints(IEndpointRouteBuilder,
    /// Action{SyncedEndpointsBuilder})"/> to map the handlers of its routes. The start neither waits for the cluster
    /// nor fails without it. It fails only with an <see cref="OptionsValidationException"/>, if an option is wrong.
    /// This call also adds a health check <c>endpoint-sync</c>, tagged <c>ready</c>; that of a second registry has the
    /// registry's name after it.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="registry">
    /// The registry's name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter or digit first.
    /// </param>
    /// <param name="configure">Changes the options after they are read from the configuration.</param>
    /// <exception cref="ArgumentException">The name cannot be a registry's.</exception>
    /// <exception cref="InvalidOperationException">The application already is a worker of that registry.</exception>
    public static IHostApplicationBuilder AddEndpointSync(
        this IHostApplicationBuilder builder, string registry, Action<WorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Check(registry, builder.Services);
        AddOptions(builder.Services, registry, configure);
        var isFirst = builder.Services.All(service => service.ServiceType != typeof(RegistryWorker));
        AddWorker(builder.Services, registry);
        if (isFirst)
        {
            AddDispatch(builder.Services);
        }

        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            isFirst ? WorkerHealth.Name : $"{WorkerHealth.Name}-{registry}",
            provider => provider.GetRequiredKeyedService<RegistryWorker>(registry).Health, failureStatus: null,
            [WorkerHealth.Ready]));
        return builder;
    }

    private static void Check(string registry, IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (!RegistryName.IsValid(registry))
        {
            throw new ArgumentException(
                $"'{registry}' is not a valid registry name: {RegistryName.Rule}.", nameof(registry));
        }

        if (services.Any(
            service => service.ServiceType == typeof(RegistryWorker) && registry.Equals(service.ServiceKey)))
        {
            throw new InvalidOperationException(
                $"{nameof(AddEndpointSync)} was called twice for '{registry}': call it once for each registry.");
        }
    }

    // The options without a name are those of every registry.
    private static void AddOptions(IServiceCollection services, string registry, Action<WorkerOptions>? configure)
    {
        services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section);
        services.AddOptions<WorkerOptions>(registry)
            .Configure<IConfiguration>((options, configuration) =>
            {
                var shared = configuration.GetSection(WorkerOptions.Section);
                shared.Bind(options);
                var own = shared.GetSection($"Registries:{registry}");
                if (own.GetSection(SilosKey).Exists())
                {
                    options.Silos.Clear();
                }

                own.Bind(options);
                configure?.Invoke(options);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsRules>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, SnapshotPathRules>());
    }

    // Services stop in reverse order: the loop leaves the silo, then the last routes are written.
    private static void AddWorker(IServiceCollection services, string registry)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddKeyedSingleton(
            registry, (provider, _) => ActivatorUtilities.CreateInstance<RegistryWorker>(provider, registry));
        services.AddSingleton<IHostedService>(
            provider => provider.GetRequiredKeyedService<RegistryWorker>(registry).Snapshots);
        services.AddSingleton<IHostedService>(
            provider => provider.GetRequiredKeyedService<RegistryWorker>(registry).Loop);
    }

    private static void AddDispatch(IServiceCollection services)
    {
        services.AddRouting();
        services.AddSingleton<MatcherPolicy, SyncedMatcherPolicy>();
        // The first filter is the outermost.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, SyncedEndpointsStartupFilter>());
    }
}
