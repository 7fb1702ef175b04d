using EndpointSync.Client;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Bench.Calling;

/// <summary>A silo process, and one client of it in this process.</summary>
internal sealed class CallingClient : IAsyncDisposable
{
    private const string Registry = "bench";
    private const string ClusterId = "bench";

    private readonly SiloProcess _silo;
    private readonly IHost _host;
    private readonly IEndpointSyncClient _client;
    private readonly ICoordinatorLife _life;
    private readonly IEndpointSyncGrain _coordinator;

    private CallingClient(SiloProcess silo, IHost host)
    {
        (_silo, _host) = (silo, host);
        var cluster = host.Services.GetRequiredService<IClusterClient>();
        _client = host.Services.GetRequiredService<IEndpointSyncClient>();
        _coordinator = cluster.GetGrain<IEndpointSyncGrain>(Registry);
        _life = cluster.GetGrain<ICoordinatorLife>(Registry);
    }

    /// <param name="postgres">The server.</param>
    /// <param name="configuration">Further keys of the silo.</param>
    public static async Task<CallingClient> StartAsync(
        PrivatePostgres postgres, IReadOnlyDictionary<string, string>? configuration = null)
    {
        var silo = await SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = postgres.ConnectionString(),
            ClusterId = ClusterId,
            // Heartbeats are rare, because transactions are counted.
            MembershipProfile = "Orleans",
            Configuration = new Dictionary<string, string>(configuration ?? new Dictionary<string, string>())
            {
                [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true",
            },
        });
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddEndpointSyncClient(
            options => (options.ConnectionString, options.ClusterId) = (postgres.ConnectionString(), ClusterId));
        var host = builder.Build();
        await host.StartAsync();
        return new CallingClient(silo, host);
    }

    /// <summary>A grain call that does nothing but read a field.</summary>
    public Task CallAsync() => _life.IsSyncingAsync();

    /// <summary>A reload asked of the coordinator directly.</summary>
    public Task<ReloadReceipt> ReloadDirectlyAsync() => _coordinator.ReloadAsync(new ReloadRequest());

    /// <summary>A reload through the typed client.</summary>
    public Task<ReloadReceipt> ReloadAsync() => _client.ReloadAsync(Registry);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _silo.DisposeAsync();
    }
}
