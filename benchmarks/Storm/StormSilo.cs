using EndpointSync.Client;
using EndpointSync.Client.Workers;
using EndpointSync.Tools.Processes;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Bench.Storm;

/// <summary>A silo process, and the few Orleans clients in this process that all workers' calls go through.</summary>
internal sealed class StormSilo : IAsyncDisposable
{
    private const string Registry = "bench";
    private const string ClusterId = "bench";
    private const int Clients = 4;

    private readonly SiloProcess _silo;
    private readonly IReadOnlyList<IHost> _clients;

    private StormSilo(StormDatabase database, SiloProcess silo, IReadOnlyList<IHost> clients) =>
        (Database, _silo, _clients) = (database, silo, clients);

    public StormDatabase Database { get; }

    public int ProcessId => _silo.ProcessId;

    public static async Task<StormSilo> StartAsync(StormDatabase database)
    {
        var silo = await SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = database.ConnectionString,
            ClusterId = ClusterId,
            // Heartbeats are rare, because transactions are counted.
            MembershipProfile = "Orleans",
            Configuration =
                new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
        });
        return new StormSilo(
            database, silo, await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ConnectAsync(database))));
    }

    /// <summary>Starts workers, each of which has the silo's newest table.</summary>
    public Task<FeedWorker[]> StartWorkersAsync(int workers) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(number => FeedWorker.StartAsync(
        _clients[number % Clients].Services.GetRequiredService<IClusterClient>(), new WorkerIdentity(
            Registry, $"worker-{number}"))));

    /// <summary>Makes this many no-op grain calls at once, over all clients.</summary>
    public Task CallAsync(int calls) => Task.WhenAll(Enumerable.Range(0, calls).Select(number =>
        _clients[number % Clients].Services.GetRequiredService<IClusterClient>()
            .GetGrain<IRouteFeedGrain>(Registry)
            .LeaveAsync(Guid.Empty)));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        await _silo.DisposeAsync();
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
