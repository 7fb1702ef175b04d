using System.Net;
using EndpointSync.Grains.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Silo.Hosting;

/// <summary>Puts the silo together.</summary>
internal static class SiloRegistration
{
    /// <summary>Makes the cluster's database ready and adds the silo with its registries.</summary>
    /// <exception cref="StartException">The cluster's database cannot be used; the message says why.</exception>
    public static async Task AddSiloAsync(this WebApplicationBuilder builder, SiloSettings settings)
    {
        await MigrateAsync(settings.Cluster);
        builder.Services.AddSingleton(Options.Create(settings.Sync));
        builder.Services.AddSingleton(Options.Create(settings.Publishing));
        // The silo first: what is added after it starts after it and stops before it.
        builder.UseOrleans(silo => Configure(silo, settings.Cluster));
        builder.Services.AddEndpointSyncGrains(settings.Cluster.ConnectionString!, settings.Registries);
        if (settings.StopWhenInputEnds)
        {
            builder.Services.AddHostedService<StopWhenInputEnds>();
        }
    }

    private static void Configure(ISiloBuilder silo, ClusterSettings cluster)
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Configure<SiloOptions>(options => options.SiloName = cluster.Name);
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Parse(cluster.AdvertisedAddress);
            options.SiloPort = cluster.SiloPort;
            options.GatewayPort = cluster.GatewayPort;
        });
        silo.Configure<ClusterMembershipOptions>(options => Apply(options, cluster.MembershipProfile));
        silo.UseAdoNetClustering(options => options.Configure<IServiceProvider>((clustering, provider) =>
        {
            clustering.Invariant = "Npgsql";
            clustering.DataSource = provider.ClusterDataSource(cluster.ConnectionString!);
        }));
    }

    // A hung silo is given up after MaxProbeTimeout x NumMissedProbesLimit. A silo that joins must reach all others. One that it does not reach it
    // probes, and so gives up, only when that one's signs of life in the table ended IAmAliveTablePublishTimeout x NumMissedTableIAmAliveLimit ago.
    // Both spans together are what a cluster that was killed as a whole needs to start again; a sign of life is one update of one row.
    private static void Apply(ClusterMembershipOptions options, MembershipProfile profile)
    {
        if (profile == MembershipProfile.Default)
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
            throw new StartException($"The cluster's database (EndpointSync:Cluster:ConnectionString) cannot be used: {problem.Detail}", StartException.Unavailable);
        }
    }
}
