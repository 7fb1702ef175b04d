using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Outages;

/// <summary>Two silos and a worker whose database will go away.</summary>
internal sealed class OutageFleet : IAsyncDisposable
{
    public const string Registry = "openspp";

    /// <summary>A reload's deadline in these silos.</summary>
    public static readonly TimeSpan SyncDeadline = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest time that an answer may take. A caller never joins a sync that began before it, so it may wait for
    /// one that hangs and then for its own. Each may take its deadline, the wait for a cancelled statement and the
    /// record of a pending sync. The rest is for a busy machine.
    /// </summary>
    public static readonly TimeSpan LongestAnswer =
        (2 * (SyncDeadline + TimeSpan.FromSeconds(3))) + TimeSpan.FromSeconds(4);

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();

    private OutageFleet(SiloCluster silos, WorkerProcess worker)
    {
        Cluster = silos;
        Worker = worker;
    }

    public SiloCluster Cluster { get; }

    public IReadOnlyList<SiloProcess> Silos => Cluster.Silos;

    public WorkerProcess Worker { get; }

    /// <summary>Starts the fleet. The registry may be reached by another way than the cluster's database.</summary>
    public static async Task<OutageFleet> StartAsync(string connectionString, string? registry = null)
    {
        var silos = await SiloCluster.StartAsync(2, new SiloProcessOptions
        {
            ClusterConnectionString = connectionString,
            Configuration = new Dictionary<string, string>
            {
                [$"EndpointSync:Registries:{Registry}:ConnectionString"] = registry ?? connectionString,
                [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true",
                ["EndpointSync:Sync:Deadline"] = SyncDeadline.ToString(),
                ["EndpointSync:Sync:StatementTimeout"] = "00:00:04",
                ["EndpointSync:Sync:PollInterval"] = "00:00:01",
                ["EndpointSync:Sync:MaxRetryDelay"] = "00:00:01",
                ["EndpointSync:Sync:ListenKeepAlive"] = "00:00:02",
            },
        });
        return new OutageFleet(
            silos,
            await WorkerProcess.StartAsync(
                new WorkerProcessOptions
                {
                    Registry = Registry,
                    Silos = [.. silos.Silos.Select(silo => silo.Address)],
                }));
    }

    /// <summary>Reloads, and returns the answer and the time that it took.</summary>
    public async Task<ReloadAnswer> ReloadAsync(int silo)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.PostAsync(
            new Uri(Silos[silo].Address, $"api/v1/registries/{Registry}/reload"),
            content: null).Within("a reload's answer");
        var took = Stopwatch.GetElapsedTime(started);
        var text = await response.Content.ReadAsStringAsync();
        return new ReloadAnswer(
            response.StatusCode, text, took, response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize<ReloadReceipt>(text, Json)
                : null);
    }

    /// <summary>
    /// Reloads until a silo reports that the registry is in sync, and every silo and worker serves it. Each answer
    /// before must be a clear one.
    /// </summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> RecoverAsync(string rootPath)
    {
        var started = Stopwatch.GetTimestamp();
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        var answer = await ReloadAsync(silo: 0);
        while (answer.Receipt is not { InSync: true })
        {
            answer.AssertClear();
            deadline.Token.ThrowIfCancellationRequested();
            answer = await ReloadAsync(silo: 0);
        }

        foreach (var silo in Silos)
        {
            using var converged = await _http.PostAsync(
                new Uri(silo.Address, $"api/v1/registries/{Registry}/reload?wait=workers&timeout=30s"), content: null);
            Assert.True(
                converged.StatusCode == HttpStatusCode.OK,
                $"{converged.StatusCode}: {await converged.Content.ReadAsStringAsync()}");
        }

        Assert.Equal(HttpStatusCode.OK, await AskWorkerAsync(rootPath));
        return Stopwatch.GetElapsedTime(started);
    }

    public async Task<HttpStatusCode> AskWorkerAsync(string rootPath)
    {
        using var response = await _http.GetAsync(
            new Uri(Worker.Address, $"{rootPath.TrimStart('/')}/items")).Within("the worker's answer");
        return response.StatusCode;
    }

    /// <summary>The status and the text of a silo's health endpoint.</summary>
    public async Task<(HttpStatusCode Status, string Text, TimeSpan Took)> HealthAsync(string kind)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.GetAsync(new Uri(Silos[0].Address, $"health/{kind}")).Within(
            $"the answer of /health/{kind}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), Stopwatch.GetElapsedTime(started));
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Cluster.DisposeAsync();
        _http.Dispose();
    }
}
