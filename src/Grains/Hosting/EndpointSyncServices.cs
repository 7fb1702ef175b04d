using System.Data.Common;
using EndpointSync.Core;
using EndpointSync.Grains.Access;
using EndpointSync.Grains.Audit;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Doctor;
using EndpointSync.Grains.Endpoints;
using EndpointSync.Grains.Events;
using EndpointSync.Grains.ForeignChanges;
using EndpointSync.Grains.History;
using EndpointSync.Grains.Idempotency;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Preparation;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;

namespace EndpointSync.Grains.Hosting;

/// <summary>Registers the services of the grains.</summary>
internal static class EndpointSyncServices
{
    /// <summary>Adds the registries and the services that keep them in sync.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="clusterConnectionString">The cluster's database; also the database of every registry without one of
    /// its own.</param>
    /// <param name="registries">The configured registries by name.</param>
    public static IServiceCollection AddEndpointSyncGrains(
        this IServiceCollection services, string clusterConnectionString,
        IReadOnlyDictionary<string, RegistryOptions> registries)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddValidatedOptions(clusterConnectionString, registries)
            .AddSingleton<SiloDrain>()
            .AddHostedService(provider => provider.GetRequiredService<SiloDrain>())
            .AddSingleton(provider => new DataSources(
                SiloName(provider), provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId))
            .AddSingleton(provider => new RegistryMap<RegistryDatabase>(
                registries.Select(
                    registry => KeyValuePair.Create(
                        registry.Key,
                        CreateDatabase(provider, registry.Key, registry.Value, clusterConnectionString)))))
            .AddSingleton(
                provider => provider.GetRequiredService<RegistryMap<RegistryDatabase>>().Select(
                    database => new SyncLock(database)))
            .AddSingleton(
                provider => provider.GetRequiredService<RegistryMap<SyncLock>>().Select(
                    syncLock => CreateRegistry(provider, syncLock)))
            .AddSingleton<IGrainDirectoryResolver, EmptyGrainDirectory>()
            .AddAccess(clusterConnectionString)
            .AddCoordination()
            .AddPublishing()
            .AddEvents()
            .AddSingleton<RegistryExam>()
            .AddSingleton(provider => new ClusterExam(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString),
                provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ClusterId))
            .AddHostedService<DatabaseTrust>()
            .AddHostedService<DatabaseListeners>();
    }

    /// <summary>The connections that Orleans' membership uses.</summary>
    public static DbDataSource ClusterDataSource(this IServiceProvider provider, string connectionString) =>
        provider.GetRequiredService<DataSources>().For(connectionString, ClusterDatabase.Schema);

    /// <summary>Installs or upgrades the tables of membership, keys and audit, whichever silo comes first.</summary>
    public static async Task MigrateClusterDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var sources = new DataSources("migration");
        await ClusterDatabase.MigrateAsync(sources.For(connectionString), cancellationToken);
    }

    /// <summary>How far this machine's clock is ahead of the database's; negative if it is behind.</summary>
    public static async Task<TimeSpan> MeasureClockSkewAsync(
        string connectionString, CancellationToken cancellationToken)
    {
        await using var sources = new DataSources("clock");
        return await ClusterDatabase.MeasureClockSkewAsync(
            sources.For(connectionString), TimeProvider.System, cancellationToken);
    }

    /// <summary>The same for a silo that runs, over the connections of its membership.</summary>
    public static Task<TimeSpan> MeasureClockSkewAsync(
        this IServiceProvider provider, string connectionString, CancellationToken cancellationToken) =>
        ClusterDatabase.MeasureClockSkewAsync(
            provider.GetRequiredService<DataSources>().For(connectionString, ClusterDatabase.Schema),
            provider.GetRequiredService<TimeProvider>(), cancellationToken);

    /// <summary>Sets a cluster's signs of life from the future to the present.</summary>
    /// <returns>The silos, with how far they were ahead.</returns>
    public static async Task<IReadOnlyList<(string Silo, TimeSpan Ahead)>> ResetFutureSignsOfLifeAsync(
        string connectionString, string clusterId, CancellationToken cancellationToken)
    {
        await using var sources = new DataSources("clock");
        return await ClusterDatabase.ResetFutureSignsOfLifeAsync(
            sources.For(connectionString), clusterId, cancellationToken);
    }

    /// <summary>The silos of a cluster that are active and have given a sign of life lately.</summary>
    public static async Task<IReadOnlyList<ListedSilo>> LivingMembersAsync(
        string connectionString, string clusterId, CancellationToken cancellationToken)
    {
        await using var sources = new DataSources("start");
        return await ClusterDatabase.LivingMembersAsync(sources.For(connectionString), clusterId, cancellationToken);
    }

    /// <summary>What a failure of Postgres or the driver means for an operator; null for any other failure.</summary>
    public static ReloadProblem? ProblemOf(Exception failure) => SqlStates.Describe(failure);

    /// <summary>Whether a transaction that failed so has surely changed nothing.</summary>
    public static bool IsRolledBack(Exception failure) => SqlStates.IsRolledBack(failure);

    private static RegistryDatabase CreateDatabase(
        IServiceProvider provider, string name, RegistryOptions options, string clusterConnectionString)
    {
        var connectionString = options.ConnectionString ?? clusterConnectionString;
        var sources = provider.GetRequiredService<DataSources>();
        return new RegistryDatabase(
            name, sources.For(connectionString), sources.Listened(connectionString), new SchemaSql(options.Schema),
            AdvisoryLockKey.Of(options.LockName), options.CreateTables, options.SyncOn, options.AllowMassRemoval,
            provider.GetRequiredService<IOptions<SyncOptions>>().Value, SiloName(provider));
    }

    private static Registry CreateRegistry(IServiceProvider provider, SyncLock syncLock)
    {
        var database = syncLock.Database;
        var capture = ActivatorUtilities.CreateInstance<ChangeCapture>(provider, database);
        var preparation = ActivatorUtilities.CreateInstance<RegistryPreparation>(provider, database, capture);
        var lost = new LostVersions(database);
        var session = ActivatorUtilities.CreateInstance<SyncSession>(provider, database, syncLock, lost);
        var pins = ActivatorUtilities.CreateInstance<PinSession>(provider, database, syncLock, session);
        return new Registry(
            database, preparation,
            ActivatorUtilities.CreateInstance<SyncAttempts>(provider, database, preparation, session, pins),
            new PlanReader(database), new RegistryStatusStore(database, syncLock), new EndpointStore(database),
            new VersionHistory(database), new RouteReader(database), lost, new RouteStatistics(database),
            ActivatorUtilities.CreateInstance<OdooSequence>(provider, database), capture, new RolloutStore(database));
    }

    // As Postgres and receipts show it.
    private static string SiloName(IServiceProvider provider) => provider.GetRequiredService<ILocalSiloDetails>().Name;

    // Checked when the host starts, whoever configured it: a silo that starts wrong would fail with its first reload.
    private static IServiceCollection AddValidatedOptions(
        this IServiceCollection services, string clusterConnectionString,
        IReadOnlyDictionary<string, RegistryOptions> registries)
    {
        services.AddOptions<RegistriesOptions>().ValidateOnStart().Configure(
            options => (options.ClusterConnectionString, options.Registries) = (clusterConnectionString, registries));
        services.AddOptions<SyncOptions>().ValidateOnStart();
        services.AddOptions<PublishingOptions>().ValidateOnStart();
        services.AddOptions<AuditOptions>().ValidateOnStart();
        services.AddOptions<HistoryOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RegistriesOptions>, RegistriesOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SyncOptions>, SyncOptionsValidator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PublishingOptions>, PublishingOptionsValidator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AuditOptions>, AuditOptionsValidator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<HistoryOptions>, HistoryOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EndpointOptions>, ClusterTraffic>());
        return services;
    }

    private static IServiceCollection AddAccess(this IServiceCollection services, string clusterConnectionString) =>
        services
            .AddSingleton(provider => new ApiKeyStore(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString)))
            .AddSingleton<ApiKeyRing>()
            .AddSingleton(provider => new SessionStore(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString)))
            .AddSingleton<SessionRing>()
            .AddSingleton(provider => new ProtectionKeyStore(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString)))
            .AddSingleton(provider => new AuditStore(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString)))
            .AddSingleton<AuditQueue>()
            .AddHostedService(provider => provider.GetRequiredService<AuditQueue>())
            .AddSingleton<ConnectedClients>()
            .AddSingleton<ClientNames>()
            .AddSingleton<ClientAudit>()
            .AddGrainService<ClientDirectory>()
            .AddHostedService<AuditRetention>()
            .AddSingleton(provider => new IdempotencyStore(
                provider.GetRequiredService<DataSources>().For(clusterConnectionString)))
            .AddHostedService<IdempotencyRetention>();

    private static IServiceCollection AddCoordination(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<SyncTelemetry>()
        .AddSingleton<FeedTelemetry>()
        .AddSingleton<RoundTripCounter>()
        .AddHostedService<RegistryGauges>()
        .AddSingleton<LockWatch>()
        .AddSingleton<ILockWait>(provider => provider.GetRequiredService<LockWatch>())
        .AddHostedService(provider => provider.GetRequiredService<LockWatch>())
        .AddSingleton<SyncRunner>()
        .AddSingleton<ICoordinatorFallback, DirectSyncFallback>()
        .AddSingleton<ReloadGate>()
        .AddSingleton<PinGate>()
        .AddSingleton<RollbackWatch>()
        .AddSingleton<RolloutGate>()
        .AddHostedService<RolloutDriver>()
        .AddHostedService<RegistryPoll>()
        .AddHostedService<HistoryRetention>();

    private static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton(
            provider => provider.GetRequiredService<RegistryMap<Registry>>().Select(
                registry => ActivatorUtilities.CreateInstance<RegistryEvents>(
                    provider, registry,
                    provider.GetRequiredService<RegistryMap<PublishedRegistry>>().Get(registry.Name))))
        .AddHostedService<EventTelemetry>();

    private static IServiceCollection AddPublishing(this IServiceCollection services) => services
        .AddSingleton(
            provider => provider.GetRequiredService<RegistryMap<Registry>>().Select(
                registry => PublishedRegistry.Create(registry, provider)))
        .AddSingleton<LocalSubscribers>()
        .AddSingleton<IRouteSubscriptions, RouteSubscriptions>()
        .AddSingleton<RouteTableClient>()
        .AddSingleton<WorkerFeed>()
        .AddSingleton<AdvertisedUrl>()
        .AddSingleton<SiloUrls>()
        .AddHostedService(provider => provider.GetRequiredService<SiloUrls>())
        .AddSingleton<ConvergenceWatch>()
        .AddSingleton<RequestExplainer>()
        .AddSingleton<RoutePublisher>()
        .AddHostedService(provider => provider.GetRequiredService<RoutePublisher>())
        .AddHostedService<LeaseExchange>()
        .AddGrainService<RouteTableService>()
        .AddKeyedTransient<IGrainExtension>(
            typeof(IRouteSubscriberExtension),
            (provider, _) => ActivatorUtilities.CreateInstance<RouteSubscriberExtension>(
                provider, provider.GetRequiredService<IGrainContextAccessor>().GrainContext));
}
