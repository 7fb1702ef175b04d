using System.Data.Common;
using EndpointSync.Grains.Foreign;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync;
using EndpointSync.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Runtime.GrainDirectory;

namespace EndpointSync.Grains.Hosting;

/// <summary>Registers what the grains work with.</summary>
internal static class EndpointSyncServices
{
    /// <summary>Adds the registries and what keeps them in line.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="clusterConnectionString">The cluster's database; also that of every registry without one of its own.</param>
    /// <param name="registries">The configured registries by name.</param>
    public static IServiceCollection AddEndpointSyncGrains(
        this IServiceCollection services, string clusterConnectionString, IReadOnlyDictionary<string, RegistryOptions> registries)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new DataSources(SiloName(provider)));
        foreach (var (name, options) in registries)
        {
            services.AddSingleton(provider => Build(provider, name, options, clusterConnectionString));
        }

        return services
            .AddSingleton<RegistryCatalog>()
            .AddSingleton<IGrainDirectoryResolver, OwnGrains>()
            .AddPublishing()
            .AddSingleton<SiloSyncs>()
            .AddSingleton<IStandIn, DirectSyncs>()
            .AddSingleton<ReloadGate>()
            .AddLocks()
            .AddHostedService<RegistryPoll>()
            .AddHostedService<DatabaseWatches>()
            .AddHostedService<SequenceSettling>();
    }

    /// <summary>The connections that Orleans' membership uses.</summary>
    public static DbDataSource ClusterDataSource(this IServiceProvider provider, string connectionString) =>
        provider.GetRequiredService<DataSources>().For(connectionString, ClusterDatabase.Schema);

    /// <summary>Installs or upgrades the membership tables, whichever silo comes first.</summary>
    public static async Task MigrateClusterDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var sources = new DataSources("migration");
        await ClusterDatabase.MigrateAsync(sources.For(connectionString), cancellationToken);
    }

    /// <summary>What a failure of Postgres' or of the driver's says to an operator; null if it is none of those.</summary>
    public static ReloadProblem? ProblemOf(Exception failure) => SqlStates.Describe(failure);

    private static Registry Build(IServiceProvider provider, string name, RegistryOptions options, string clusterConnectionString)
    {
        var sources = provider.GetRequiredService<DataSources>();
        var connectionString = options.ConnectionString ?? clusterConnectionString;
        var limits = provider.GetRequiredService<IOptions<SyncOptions>>().Value;
        var database = new RegistryDatabase(
            name, sources.For(connectionString), new SchemaSql(options.Schema), AdvisoryLockKey.Of(options.LockName), options.CreateTables, options.SyncOn, limits, SiloName(provider));
        var tracking = ActivatorUtilities.CreateInstance<ChangeTracking>(provider, database);
        var preparation = new RegistryPreparation(database, tracking);
        var sequence = ActivatorUtilities.CreateInstance<OdooSequence>(provider, database);
        var store = ActivatorUtilities.CreateInstance<SyncStore>(provider, database, sequence);
        var synchronizer = ActivatorUtilities.CreateInstance<RegistrySynchronizer>(provider, database, preparation, store);
        return new Registry(
            database, preparation, synchronizer, new RegistryStatusStore(database), new EndpointStore(database), new RouteReader(database), sequence, tracking,
            sources.Listened(connectionString));
    }

    // As Postgres and receipts show it.
    private static string SiloName(IServiceProvider provider) => provider.GetRequiredService<ILocalSiloDetails>().Name;

    private static IServiceCollection AddLocks(this IServiceCollection services) => services
        .AddSingleton<PatientReloads>()
        .AddSingleton<LockWatch>()
        .AddHostedService(provider => provider.GetRequiredService<LockWatch>());

    private static IServiceCollection AddPublishing(this IServiceCollection services) => services
        .AddSingleton<PublishedRegistries>()
        .AddSingleton<LocalSubscribers>()
        .AddSingleton<IRouteSubscriptions, RouteSubscriptions>()
        .AddSingleton<RouteTableClient>()
        .AddSingleton<ConvergenceWatch>()
        .AddSingleton<RoutePublisher>()
        .AddHostedService(provider => provider.GetRequiredService<RoutePublisher>())
        .AddHostedService<LeaseExchange>()
        .AddGrainService<RouteTableService>()
        .AddKeyedTransient<IGrainExtension>(
            typeof(IRouteSubscriberExtension),
            (provider, _) => ActivatorUtilities.CreateInstance<RouteSubscriberExtension>(provider, provider.GetRequiredService<IGrainContextAccessor>().GrainContext));
}
