using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Worker;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

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

    // Known before the silos run, so that a worker may start first.
    private readonly int[] _ports = [LoopbackPort.PickFree(), LoopbackPort.PickFree()];

    private LiveCluster(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public IReadOnlyList<SiloProcess> Silos { get; private set; } = [];

    public static async Task<LiveCluster> StartAsync(int silos)
    {
        var cluster = new LiveCluster(await TestDatabase.CreateAsync());
        await cluster.StartSilosAsync(silos);
        return cluster;
    }

    /// <summary>Starts one silo or two.</summary>
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
        Silos = await Task.WhenAll(Enumerable.Range(0, count).Select(
            index => SiloProcess.StartAsync(options with { Name = $"silo-{index + 1}", HttpPort = _ports[index] })));
    }

    public Dictionary<string, string?> Settings(string name, string? snapshot = null) => new()
    {
        ["EndpointSync:Worker:Silos:0"] = $"http://127.0.0.1:{_ports[0]}",
        ["EndpointSync:Worker:Silos:1"] = $"http://127.0.0.1:{_ports[1]}",
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
        string path, WaitFor waitFor = WaitFor.Workers, int timeoutSeconds = 30)
    {
        var id = await Database.AddEndpointAsync(path.Trim('/'), path);
        await Database.ExecuteAsync($"update fastapi_endpoint set app = '{App}' where id = {id}");
        var silo = Silos.First(silo => !silo.Exited.IsCompleted);
        using var response = await _http.PostAsync(
            new Uri(
                silo.Address,
                $"api/v1/registries/{WorkerApp.Registry}/reload?timeout={timeoutSeconds}s"
                + (waitFor == WaitFor.Workers ? "&wait=workers" : "")),
            content: null).Within("the receipt");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json))!;
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
        (await SubscribersAsync(Silos[0])).Subscribers.Count(
            subscriber => subscriber.Kind == SubscriberKind.Worker);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));

        await Database.DisposeAsync();
        _http.Dispose();
    }
}
