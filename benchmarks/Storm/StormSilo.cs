using EndpointSync.Client;
using EndpointSync.Tools.Processes;
using EndpointSync.Wire;
using EndpointSync.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// One silo process or more, and the few Orleans clients in this process that all workers' calls go through.
/// </summary>
internal sealed class StormSilo : IAsyncDisposable
{
    private const string Registry = "bench";
    private const string ClusterId = "bench";
    private const int Clients = 4;

    private readonly SiloCluster _silos;
    private readonly IReadOnlyList<IHost> _clients;

    private StormSilo(StormDatabase database, SiloCluster silos, IReadOnlyList<IHost> clients) =>
        (Database, _silos, _clients) = (database, silos, clients);

    public StormDatabase Database { get; }

    public IReadOnlyList<int> Processes => [.. _silos.Silos.Select(silo => silo.ProcessId)];

    public static async Task<StormSilo> StartAsync(StormDatabase database, int silos = 1)
    {
        var cluster = await SiloCluster.StartAsync(silos, new SiloProcessOptions
        {
            ClusterConnectionString = database.ConnectionString,
            ClusterId = ClusterId,
            // Heartbeats are rare, because transactions are counted.
            MembershipProfile = "Orleans",
            Configuration =
                new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
        });
        return new StormSilo(
            database, cluster, await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ConnectAsync(database))));
    }

    /// <summary>Starts workers, each of which has the silo's newest table.</summary>
    public Task<FeedWorker[]> StartWorkersAsync(int workers) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(number => FeedWorker.StartAsync(
            _clients[number % Clients].Services.GetRequiredService<IClusterClient>(),
            _silos.Silos[number % _silos.Silos.Count].Address,
            new WorkerIdentity(Registry, $"worker-{number}"))));

    /// <summary>Makes this many no-op grain calls at once, over all clients.</summary>
    public Task CallAsync(int calls) => Task.WhenAll(Enumerable.Range(0, calls).Select(number =>
        _clients[number % Clients].Services.GetRequiredService<IClusterClient>()
            .GetGrain<ICoordinatorLife>(Registry)
            .IsSyncingAsync()));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        await _silos.DisposeAsync();
    }

    private static async Task<IHost> ConnectAsync(StormDatabase database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddEndpointSyncClient(
            options => (options.ConnectionString, options.ClusterId) = (database.ConnectionString, ClusterId));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
