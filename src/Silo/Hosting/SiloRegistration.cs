using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Silo.Gateway;
using EndpointSync.Tls;
using Orleans.Configuration;

namespace EndpointSync.Silo.Hosting;

/// <summary>Registers the silo's services.</summary>
internal static class SiloRegistration
{
    /// <summary>Prepares the cluster's database and adds the silo with its registries.</summary>
    /// <exception cref="StartException">The cluster's database cannot be used; the message has the reason.</exception>
    public static async Task AddSiloAsync(
        this WebApplicationBuilder builder, SiloSettings settings, ClusterEndpoints endpoints)
    {
        await MigrateAsync(settings.Cluster);
        builder.Services.AddOptions<SyncOptions>().BindConfiguration($"{SiloSettings.Section}:Sync");
        builder.Services.AddOptions<PublishingOptions>().BindConfiguration($"{SiloSettings.Section}:Publishing");
        builder.Services.AddOptions<AuditOptions>().BindConfiguration($"{SiloSettings.Section}:Audit");
        builder.Services.AddOptions<HistoryOptions>().BindConfiguration($"{SiloSettings.Section}:History");
        // The silo comes first: services that are added later start after it and stop before it.
        builder.UseOrleans(silo => Configure(silo, settings.Cluster, endpoints));
        builder.Services.AddEndpointSyncGrains(settings.Cluster.ConnectionString!, settings.Registries);
        builder.Services.Configure<RegistriesOptions>(
            options => options.UnverifiedDatabaseReason = settings.Cluster.UnverifiedDatabaseReason);
        builder.Services.AddSingleton(settings.Cluster).AddSingleton<ClusterClock>()
            .AddHostedService(provider => provider.GetRequiredService<ClusterClock>());
        if (settings.StopWhenInputEnds)
        {
            builder.Services.AddHostedService<StopWhenInputEnds>();
        }
    }

    private static void Configure(ISiloBuilder silo, ClusterSettings cluster, ClusterEndpoints endpoints)
    {
        silo.Configure<ClusterOptions>(
            options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Configure<SiloOptions>(options => options.SiloName = cluster.Name);
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = endpoints.Advertised;
            options.SiloPort = cluster.SiloPort;
            options.GatewayPort = cluster.GatewayPort;
            options.SiloListeningEndpoint = endpoints.Silo;
            options.GatewayListeningEndpoint = endpoints.Gateway;
        });
        silo.UseClusterTls(cluster.Tls);
        silo.LimitClients();
        silo.Configure<ClusterMembershipOptions>(options => Apply(options, cluster.MembershipProfile));
        silo.UseAdoNetClustering(options => options.Configure<IServiceProvider>((clustering, provider) =>
        {
            clustering.Invariant = "Npgsql";
            clustering.DataSource = provider.ClusterDataSource(cluster.ConnectionString!);
        }));
    }

    // A hung silo is declared dead after MaxProbeTimeout x NumMissedProbesLimit. A joining silo must reach all others.
    // It probes an unreachable silo, and so declares it dead, only if that silo last updated its sign of life in the
    // table more than IAmAliveTablePublishTimeout x NumMissedTableIAmAliveLimit ago. After a crash of the whole
    // cluster, a restart takes both spans together. A sign of life is one update of one row.
    private static void Apply(ClusterMembershipOptions options, MembershipProfile profile)
    {
        if (profile == MembershipProfile.Orleans)
        {
            return;
        }

        var fast = profile == MembershipProfile.Fast;
        options.ProbeTimeout = TimeSpan.FromSeconds(fast ? 1 : 2);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(fast ? 2 : 4);
        options.NumMissedProbesLimit = fast ? 2 : 3;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(fast ? 5 : 10);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(fast ? 1 : 2);
    }

    private static async Task MigrateAsync(ClusterSettings cluster)
    {
        try
        {
            await EndpointSyncServices.MigrateClusterDatabaseAsync(cluster.ConnectionString!, CancellationToken.None);
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            throw new StartException(
                $"The cluster's database (EndpointSync:Cluster:ConnectionString) cannot be used: {problem.Detail}",
                StartException.Unavailable);
        }
    }
}
