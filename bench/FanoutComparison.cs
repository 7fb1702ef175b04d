using System.Net;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Registries;
using EndpointSync.Local.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Bench;

/// <summary>
/// A reload until every subscribed grain on two silos was told of its version, beside the same silos calling the same grains directly and awaiting
/// every answer. The silos are in this process and talk over TCP.
/// </summary>
internal static class FanoutComparison
{
    private const string Registry = "bench";
    private const int Rounds = 7;

    private static readonly int[] Sizes = [1_000, 10_000, 100_000];

    public static Task RunAsync() => BenchPostgres.UseAsync(async postgres =>
    {
        using var first = await StartSiloAsync(postgres, number: 0);
        using var second = await StartSiloAsync(postgres, number: 1);
        IHost[] silos = [first, second];
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        Console.WriteLine($"{"fan-out",-42} {"median",12} {"p99",12} {"ratio",9}");
        foreach (var size in Sizes)
        {
            await CompareAsync(silos, connection, size);
        }

        await Task.WhenAll(silos.Select(silo => silo.StopAsync()));
    });

    private static async Task CompareAsync(IHost[] silos, NpgsqlConnection connection, int size)
    {
        var factory = silos[0].Services.GetRequiredService<IGrainFactory>();
        foreach (var burst in Enumerable.Range(0, size).Chunk(2000))
        {
            await Task.WhenAll(burst.Select(key => factory.GetGrain<IFanoutGrain>(key).StartAsync()));
        }

        var direct = new Samples($"{size} grains called directly");
        var told = new Samples($"{size} grains told of a reload's version");
        for (var round = 0; round < Rounds; round++)
        {
            await direct.MeasureAsync(() => CallAllAsync(silos));
            await told.MeasureAsync(() => ReloadAsync(factory, connection));
        }

        Console.WriteLine(direct.Against(direct));
        Console.WriteLine(told.Against(direct));
    }

    private static Task CallAllAsync(IHost[] silos) => Task.WhenAll(silos.Select(silo => Task.Run(() =>
    {
        var factory = silo.Services.GetRequiredService<IGrainFactory>();
        var here = FanoutGrain.On(silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        return Task.WhenAll(here.Select(key => factory.GetGrain<IFanoutGrain>(key).CallAsync()));
    })));

    private static async Task ReloadAsync(IGrainFactory factory, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('e', '/e/' || gen_random_uuid(), 'api', true)", connection);
        await command.ExecuteNonQueryAsync();
        var everybody = FanoutGrain.ExpectAll();
        await factory.GetGrain<IEndpointSyncGrain>(Registry).ReloadAsync(new ReloadRequest());
        await everybody;
    }

    private static async Task<IHost> StartSiloAsync(PrivatePostgres postgres, int number)
    {
        var builder = Host.CreateApplicationBuilder();
        // Silos that stop together complain of one another.
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(21111 + number, 31000 + number, new IPEndPoint(IPAddress.Loopback, 21111))
            .AddEndpointSync(postgres.ConnectionString(), new Dictionary<string, RegistryOptions> { [Registry] = new() { CreateTables = true } }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
