using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Outages.Schedules;

/// <summary>Silos that die or freeze, and workers that outlive them.</summary>
internal sealed partial class ScheduledFleet : IAsyncDisposable
{
    private const int Size = 3;

    private const string EndSessionSql =
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and "
        + "application_name like 'EndpointSync/%' order by random() limit 1";

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly Fleet _fleet;
    private readonly WorkerProcess[] _workers;
    private readonly HttpClient _http = new();
    private SiloProcess? _frozen;
    private int _freezes;

    private ScheduledFleet(Fleet fleet, WorkerProcess[] workers) => (_fleet, _workers) = (fleet, workers);

    public TestDatabase Database => _fleet.Database;

    /// <summary>The number of lost silos, by kind of loss.</summary>
    public string Losses => $"{_fleet.Silos.Silos.Count(silo => silo.Exited.IsCompleted)} silos ended, "
        + $"{_freezes} frozen";

    private List<SiloProcess> Alive => [.. _fleet.Silos.Silos.Where(silo => !silo.Exited.IsCompleted)];

    public static async Task<ScheduledFleet> StartAsync(SyncOn syncOn)
    {
        var fleet = await Fleet.StartAsync(Size, database => Options(database, syncOn));
        foreach (var path in Acts.RootPaths.Keys.Take(8))
        {
            await fleet.Database.AddEndpointAsync($"endpoint {path}", path);
        }

        await fleet.Database.UntilAsync("select endpoint_sync.is_tracked('public')", "the triggers");
        var scheduled = new ScheduledFleet(
            fleet, await Task.WhenAll(StartWorkerAsync(fleet, "worker-1"), StartWorkerAsync(fleet, "worker-2")));
        await scheduled.ReloadUntilInSyncAsync();
        return scheduled;
    }

    /// <summary>A silo that is neither dead nor frozen; there is always one.</summary>
    public SiloProcess Any(Random random)
    {
        var able = Alive.FindAll(silo => silo != _frozen);
        return able[random.Next(able.Count)];
    }

    /// <summary>A silo dies, and another one replaces it.</summary>
    public async Task KillAsync(Random random)
    {
        Any(random).Kill();
        await _fleet.Silos.AddAsync();
    }

    /// <summary>
    /// A silo freezes. A silo that froze so long that the cluster gave it up ends when it thaws; it is replaced first.
    /// </summary>
    public async Task FreezeAsync(Random random)
    {
        while (Alive.Count < Size)
        {
            await _fleet.Silos.AddAsync();
        }

        var silo = Any(random);
        silo.Suspend();
        (_frozen, _freezes) = (silo, _freezes + 1);
    }

    /// <summary>Lets the frozen silo continue.</summary>
    /// <returns>Whether one was frozen.</returns>
    public bool Thaw()
    {
        _frozen?.Resume();
        var was = _frozen;
        _frozen = null;
        return was is not null;
    }

    /// <summary>One session of one silo ends in the middle of its work.</summary>
    public Task EndSessionAsync() => Database.ExecuteAsync(EndSessionSql);

    /// <summary>Reloads.</summary>
    /// <returns>The outcome, or the status of a clear refusal, or the end of a connection whose silo died.</returns>
    public async Task<string> AskAsync(SiloProcess silo)
    {
        try
        {
            using var response = await _http.PostAsync(Reload(silo), content: null);
            var text = await response.Content.ReadAsStringAsync();
            var refusals = new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout };
            Assert.True(
                response.IsSuccessStatusCode || (refusals.Contains(response.StatusCode)
                    && text.Contains("\"detail\"", StringComparison.Ordinal)),
                text);
            return response.IsSuccessStatusCode
                ? $"{JsonSerializer.Deserialize<ReloadReceipt>(text, Json)!.Outcome}"
                : $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException)
        {
            await silo.Exited.Within("the end of the silo that broke a connection off");
            return "broken off";
        }
    }

    public async Task ReloadUntilInSyncAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (true)
        {
            using var response = await _http.PostAsync(Reload(Alive[0]), content: null, deadline.Token);
            if (response.IsSuccessStatusCode
                && (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json, deadline.Token))!.InSync)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Demands that every living silo and worker serves the newest version, without a reload, and that none ever went
    /// back to an older one. A thawed silo that the cluster gave up may end meanwhile.
    /// </summary>
    public async Task AssertServedByAllAsync()
    {
        var newest = await Database.ScalarAsync<long>("select version from endpoint_sync.state");
        var served = $"serves version {newest} ";
        await Task.WhenAll(_workers.Select(worker => worker.WaitForOutputAsync(served))).Within(
            $"version {newest}, served by all workers");
        await Task.WhenAll(Alive.Select(silo => Task.WhenAny(silo.WaitForOutputAsync(served), silo.Exited))).Within(
            $"version {newest}, served by all silos");
        foreach (var each in _fleet.Silos.Silos.Cast<ServerProcess>().Concat(_workers))
        {
            var versions = Served()
                .Matches(each.Output)
                .Select(line => long.Parse(line.Groups["version"].ValueSpan, CultureInfo.InvariantCulture))
                .ToList();
            Assert.Equal(versions.Order(), versions);
        }

        Assert.Equal("UpToDate", await AskAsync(Alive[^1]));
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        await _fleet.DisposeAsync();
        _http.Dispose();
    }

    [GeneratedRegex(@"serves version (?<version>\d+) of \w+: \d+ routes")]
    private static partial Regex Served();

    private static Uri Reload(SiloProcess silo) => new(silo.Address, $"api/v1/registries/{Fleet.Registry}/reload");

    private static SiloProcessOptions Options(TestDatabase database, SyncOn syncOn) => new()
    {
        ClusterConnectionString = database.ConnectionString,
        ClusterId = database.Name,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Fleet.Registry}:SyncOn"] = $"{syncOn}",
            // The schedule empties the table too.
            [$"EndpointSync:Registries:{Fleet.Registry}:AllowMassRemoval"] = "true",
            ["EndpointSync:Sync:PollInterval"] = "00:00:01",
        },
    };

    private static Task<WorkerProcess> StartWorkerAsync(Fleet fleet, string name) =>
        WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            Silos = fleet.Urls,
            Name = name,
        });
}
