using System.Net;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Tools.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>Silos in this process, which talk over TCP, with grains that are subscribed.</summary>
internal sealed class FanoutCluster : IAsyncDisposable
{
    public const string Registry = "bench";

    private FanoutCluster(IReadOnlyList<IHost> silos) => Silos = silos;

    public IReadOnlyList<IHost> Silos { get; }

    /// <summary>The grain factory of the first silo.</summary>
    public IGrainFactory Grains => Silos[0].Services.GetRequiredService<IGrainFactory>();

    public static async Task<FanoutCluster> StartAsync(PrivatePostgres postgres, int silos)
    {
        var hosts = new List<IHost>();
        for (var number = 0; number < silos; number++)
        {
            hosts.Add(await StartSiloAsync(postgres, number));
        }

        FanoutGrain.ForgetAll();
        return new FanoutCluster(hosts);
    }

    /// <summary>Activates this many grains on any silos.</summary>
    public async Task ActivateAsync(int count)
    {
        foreach (var burst in Enumerable.Range(0, count).Chunk(2000))
        {
            await Task.WhenAll(burst.Select(key => Grains.GetGrain<IFanoutGrain>(key).StartAsync()));
        }
    }

    /// <summary>Commits an endpoint, and reloads until every grain got the version.</summary>
    /// <returns>The receipt.</returns>
    public async Task<ReloadReceipt> ReloadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('e', '/e/' || gen_random_uuid(), "
            + "'api', true)", connection);
        await command.ExecuteNonQueryAsync();
        var everybody = FanoutGrain.ExpectAll();
        var receipt = await Grains.GetGrain<IEndpointSyncGrain>(Registry).ReloadAsync(new ReloadRequest());
        await everybody;
        return receipt;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Silos.Select(silo => silo.StopAsync()));
        foreach (var silo in Silos)
        {
            silo.Dispose();
        }
    }

    private static async Task<IHost> StartSiloAsync(PrivatePostgres postgres, int number)
    {
        var builder = Host.CreateApplicationBuilder();
        // Silos that stop together complain of one another.
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(21111 + number, 31000 + number, new IPEndPoint(IPAddress.Loopback, 21111))
            .AddEndpointSync(
                postgres.ConnectionString(),
                new Dictionary<string, RegistryOptions> { [Registry] = new() { CreateTables = true } }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
