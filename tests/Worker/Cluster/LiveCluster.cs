using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Client;
using EndpointSync.Tools.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Tests.Worker.Cluster;

/// <summary>
/// Real silo processes, or none yet, on a fresh database, and workers that connect to them as in production.
/// </summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    public const string App = "api_v2";

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();
    private readonly List<WorkerApp> _workers = [];

    private LiveCluster(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public SiloCluster? Silos { get; private set; }

    public static async Task<LiveCluster> StartAsync(int silos)
    {
        var cluster = new LiveCluster(await TestDatabase.CreateAsync());
        await cluster.StartSilosAsync(silos);
        return cluster;
    }

    /// <summary>Starts silos. The silos of an earlier cluster must have been stopped.</summary>
    public async Task StartSilosAsync(int count)
    {
        var options = new SiloProcessOptions
        {
            ClusterConnectionString = Database.ConnectionString,
            ClusterId = Database.Name,
            Configuration = new Dictionary<string, string>
            {
                [$"EndpointSync:Registries:{WorkerApp.Registry}:LockName"] = Database.Name,
                ["EndpointSync:Sync:PollInterval"] = "00:00:01",
            },
        };
        Silos = await SiloCluster.StartAsync(count, options);
    }

    public Dictionary<string, string?> Settings(string name, string? snapshot = null) => new()
    {
        ["EndpointSync:Cluster:ConnectionString"] = Database.ConnectionString,
        ["EndpointSync:Cluster:ClusterId"] = Database.Name,
        ["EndpointSync:Worker:Name"] = name,
        ["EndpointSync:Worker:SnapshotPath"] = snapshot,
    };

    public async Task<WorkerApp> WorkerAsync(
        string name, string? snapshot = null, Action<SyncedEndpointsBuilder>? map = null)
    {
        var worker = await WorkerApp.OnClusterAsync(
            Settings(name, snapshot), map ?? (apps => apps.Map(App, () => name)));
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Declares an endpoint and reloads.</summary>
    public async Task<ReloadReceipt> DeclareAsync(
        WorkerApp asking, string path, WaitFor waitFor = WaitFor.Workers, int timeoutSeconds = 30)
    {
        var id = await Database.AddEndpointAsync(path.Trim('/'), path);
        await Database.ExecuteAsync($"update fastapi_endpoint set app = '{App}' where id = {id}");
        var client = asking.Application.Services.GetRequiredService<IEndpointSyncClient>();
        return await client.ReloadAsync(WorkerApp.Registry, new ReloadOptions
        {
            WaitFor = waitFor,
            ConvergenceTimeout = TimeSpan.FromSeconds(timeoutSeconds),
            Timeout = Deadline.MaxWait,
        });
    }

    public async Task<SubscriberList> SubscribersAsync(SiloProcess silo) =>
        (await _http.GetFromJsonAsync<SubscriberList>(
            new Uri(silo.Address, $"api/v1/registries/{WorkerApp.Registry}/subscribers"), Json))!;

    /// <summary>Waits until this many workers count, which only a silo can report.</summary>
    public async Task UntilWorkersCountAsync(int count)
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        var counted = await CountWorkersAsync();
        while (counted < count)
        {
            deadline.Token.ThrowIfCancellationRequested();
            counted = await CountWorkersAsync();
        }
    }

    private async Task<int> CountWorkersAsync() =>
        (await SubscribersAsync(Silos!.Silos[0])).Subscribers.Count(
            subscriber => subscriber.Kind == SubscriberKind.Worker);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        if (Silos is not null)
        {
            await Silos.DisposeAsync();
        }

        await Database.DisposeAsync();
        _http.Dispose();
    }
}
