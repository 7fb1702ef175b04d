using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Outages.Alerts;

/// <summary>
/// Two silos that need keys, two workers, a database of their own, and a Prometheus that scrapes the silos.
/// </summary>
internal sealed class AlertFleet : IAsyncDisposable
{
    public const string Registry = "openspp";

    private const string AdminKey = "administrators-key-of-the-test";
    private const string WorkerKey = "workers-key-of-the-test";

    private readonly HttpClient _http = new();
    private readonly List<ServerProcess> _processes = [];
    private SiloProcess _second = null!;

    private AlertFleet(OwnServer server) => Server = server;

    public OwnServer Server { get; }

    public PrometheusServer Prometheus { get; private set; } = null!;

    public WorkerProcess Worker { get; private set; } = null!;

    private SiloProcess First => (SiloProcess)_processes[0];

    public static async Task<AlertFleet> StartAsync()
    {
        var fleet = new AlertFleet(await OwnServer.StartAsync());
        try
        {
            await fleet.StartProcessesAsync();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reloads by the first silo.</summary>
    /// <param name="query">What it waits for.</param>
    public Task<HttpStatusCode> ReloadAsync(string query = "") =>
        SendAsync(HttpMethod.Post, $"api/v1/registries/{Registry}/reload{query}", AdminKey);

    /// <summary>Asks the first silo something without a key.</summary>
    public Task<HttpStatusCode> AskWithoutKeyAsync() =>
        SendAsync(HttpMethod.Get, $"api/v1/registries/{Registry}", key: null);

    public void KillSecondSilo() => _second.Kill();

    /// <summary>Starts the second silo, at the address that it had.</summary>
    public async Task StartSecondSiloAsync()
    {
        _second = await StartSiloAsync("silo-2", _second?.Address.Port ?? 0);
        _processes.Add(_second);
    }

    public async ValueTask DisposeAsync()
    {
        if (Prometheus is not null)
        {
            await Prometheus.DisposeAsync();
        }

        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _http.Dispose();
        await Server.DisposeAsync();
    }

    private async Task StartProcessesAsync()
    {
        _processes.Add(await StartSiloAsync("silo-1", 0));
        await StartSecondSiloAsync();
        await Server.AddEndpointAsync("/orders");
        Assert.Equal(HttpStatusCode.OK, await ReloadAsync());
        foreach (var name in new[] { "worker-1", "worker-2" })
        {
            Worker = await WorkerProcess.StartAsync(new WorkerProcessOptions
            {
                Registry = Registry,
                Silos = [First.Address, _second.Address],
                Name = name,
                Configuration = new Dictionary<string, string> { ["EndpointSync:Worker:Key"] = WorkerKey },
            });
            _processes.Add(Worker);
        }

        Prometheus = await PrometheusServer.StartAsync(
            [First.Address, _second.Address], await CreateViewerKeyAsync());
    }

    private Task<SiloProcess> StartSiloAsync(string name, int port) => SiloProcess.StartAsync(new SiloProcessOptions
    {
        ClusterConnectionString = Server.ConnectionString,
        Name = name,
        HttpPort = port,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Registry}:ConnectionString"] = Server.ConnectionString,
            [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true",
            ["EndpointSync:Http:AdminKeyHash"] = HashOf(AdminKey),
            ["EndpointSync:Http:WorkerKeyHash"] = HashOf(WorkerKey),
            ["EndpointSync:Sync:PollInterval"] = "00:00:01",
            ["EndpointSync:Sync:LockTimeout"] = "00:00:10",
            ["EndpointSync:Publishing:WorkerLease"] = "00:00:05",
        },
    });

    // Prometheus has what the page tells to give it, and no more.
    private async Task<string> CreateViewerKeyAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(First.Address, "api/v1/keys"))
        {
            Content = JsonContent.Create(new { name = "prometheus", role = "Viewer" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using var answer = await _http.SendAsync(request);
        var created = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        return created.GetProperty("key").GetString()!;
    }

    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(First.Address, path));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
