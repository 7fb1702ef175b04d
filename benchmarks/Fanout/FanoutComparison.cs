using System.Net;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Registries;
using EndpointSync.Local.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>
/// A reload until every subscribed grain on two silos was told of its version, beside the same silos calling the same grains directly and awaiting
/// every answer. The silos are in this process and talk over TCP.
/// </summary>
internal sealed class FanoutComparison : IComparison
{
    private const string Registry = "bench";
    private const int WarmUp = 2;
    private const int Rounds = 9;
    private const int LeastBudgeted = 100_000;

    public string Name => "fanout";

    public string Question => "From a reload's call until every subscribed grain on two silos was told";

    public string Axis => "subscribed grains";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        using var first = await StartSiloAsync(postgres, number: 0);
        using var second = await StartSiloAsync(postgres, number: 1);
        IHost[] silos = [first, second];
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        foreach (var size in run.Sized<int[]>(full: [1_000, 10_000, 100_000], quick: [1_000, 10_000]))
        {
            await CompareAsync(run, silos, connection, size);
        }

        await Task.WhenAll(silos.Select(silo => silo.StopAsync()));
    });

    private static async Task CompareAsync(BenchRun run, IHost[] silos, NpgsqlConnection connection, int size)
    {
        var factory = silos[0].Services.GetRequiredService<IGrainFactory>();
        await ActivateAsync(factory, size);
        var found = run.Case(size);
        var direct = found.Floor("the same grains called directly, every answer awaited");
        var told = found.Ours("reload and publication");
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var isWarm = round >= WarmUp;
            await (isWarm ? direct.Times : new Samples()).MeasureAsync(() => CallAllAsync(silos));
            await (isWarm ? told.Times : new Samples()).MeasureAsync(() => ReloadAsync(factory, connection));
        }

        // The reload's own sync is in it, and counts for much among few grains.
        if (size >= LeastBudgeted)
        {
            run.Expect(Budget.Ratio(told, direct, atMost: 1.2, margin: 0.3));
        }
    }

    private static async Task ActivateAsync(IGrainFactory factory, int size)
    {
        foreach (var burst in Enumerable.Range(0, size).Chunk(2000))
        {
            await Task.WhenAll(burst.Select(key => factory.GetGrain<IFanoutGrain>(key).StartAsync()));
        }
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
