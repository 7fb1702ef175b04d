using EndpointSync.Client;
using EndpointSync.Local.Postgres;
using EndpointSync.Local.Silos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Bench;

/// <summary>A reload with nothing to do, through the typed client and a silo process, beside one query on the same database.</summary>
internal static class IdleComparison
{
    private const string Registry = "bench";
    private const int Rounds = 2000;
    private const int WarmUp = 500;

    public static Task RunAsync() => BenchPostgres.UseAsync(async postgres =>
    {
        await using var silo = await SiloProcess.StartAsync(Options(postgres));
        using var host = await StartClientAsync(postgres);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        await CompareAsync(host.Services.GetRequiredService<IEndpointSyncClient>(), connection);
        await host.StopAsync();
    });

    private static async Task CompareAsync(IEndpointSyncClient client, NpgsqlConnection connection)
    {
        await using var query = new NpgsqlCommand("select version from endpoint_sync.state", connection);
        var floor = new Samples("one query on an open connection");
        var reload = new Samples("reload with nothing to do, 2 endpoints");
        await DeclareAsync(connection);
        for (var round = 0; round < WarmUp; round++)
        {
            await client.ReloadAsync(Registry);
        }
        for (var round = 0; round < Rounds; round++)
        {
            await floor.MeasureAsync(() => query.ExecuteScalarAsync());
            await reload.MeasureAsync(() => client.ReloadAsync(Registry));
        }
        Console.WriteLine($"{"idle",-42} {"median",12} {"p99",12} {"ratio",9}");
        Console.WriteLine(floor.Against(floor));
        Console.WriteLine(reload.Against(floor));
    }

    private static async Task DeclareAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('API V2', '/api/v2/spp', 'api_v2', true), ('DCI API', '/dci_api/v1', 'dci_api', true)",
            connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IHost> StartClientAsync(PrivatePostgres postgres)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddEndpointSyncClient(options => (options.ConnectionString, options.ClusterId) = (postgres.ConnectionString(), "bench"));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static SiloProcessOptions Options(PrivatePostgres postgres) => new()
    {
        ClusterConnectionString = postgres.ConnectionString(),
        ClusterId = "bench",
        Configuration = new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
    };
}
