using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>Versions that go from ring to ring, with real silos and a worker of each ring.</summary>
public sealed class RolloutTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();
    private Fleet _fleet = null!;
    private WorkerProcess _canary = null!;
    private WorkerProcess _rest = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SiloProcess Second => _fleet.Silos.Silos[1];

    public async ValueTask InitializeAsync()
    {
        _fleet = await Fleet.StartAsync(silos: 2);
        _http.BaseAddress = new Uri(Second.Address, $"api/v1/registries/{Fleet.Registry}/");
        await AddAsync("people");
        await _fleet.ReloadAsync(Second);
        (_canary, _rest) = (await StartAsync("canary"), await StartAsync("rest"));
        await _fleet.ConvergeAsync(Second);
    }

    public async ValueTask DisposeAsync()
    {
        await _canary.DisposeAsync();
        await _rest.DisposeAsync();
        _http.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_ring_that_was_not_given_a_version_keeps_the_one_before_and_says_so()
    {
        await AddAsync("cases");
        using var typo = await _http.PostAsync(new Uri("reload?rings=canry,rest", UriKind.Relative), null, Cancelled);
        Assert.Equal((409, "/problems/ring-empty"), await ProblemAsync(typo));
        using var none = await _http.GetAsync(new Uri("rollout", UriKind.Relative), Cancelled);
        Assert.Equal((404, "/problems/no-rollout"), await ProblemAsync(none));

        var begun = await BeginAsync(HttpStatusCode.Accepted, "rings=canary,rest&hold=10s");
        Assert.Equal(
            (2L, 1L, true),
            (begun.Rollout!.Version.Value, begun.Rollout.HeldVersion.Value, begun.Rollout.IsRunning));
        await WhenAsync(_canary, "/cases/1", HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.NotFound, "1"), await GetAsync(_rest, "/cases/1"));
        using var newer = new HttpRequestMessage(HttpMethod.Get, new Uri(_rest.Address, "/people/1"));
        newer.Headers.Add("X-Min-Route-Version", "2");
        using var refused = await _http.SendAsync(newer, Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains(
            "newest version is 1 for this worker's ring", await refused.Content.ReadAsStringAsync(Cancelled),
            StringComparison.Ordinal);
        using var second = await _http.PostAsync(new Uri("reload?rings=rest", UriKind.Relative), null, Cancelled);
        Assert.Equal((409, "/problems/rollout-running"), await ProblemAsync(second));
        Assert.Equal(
            ReloadOutcome.Pinned, (await BeginAsync(HttpStatusCode.Accepted, "wait=workers")).Outcome);

        // Whichever silo leads the rollout, the other one ends it.
        _fleet.Silos.Silos[0].Kill();
        Assert.Equal(RolloutState.Completed, (await EndAsync()).State);
        await WhenAsync(_rest, "/cases/1", HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_command_line_follows_a_bad_version_until_every_worker_has_the_table_from_before()
    {
        await CountAsync(_rest, "/people/1", HttpStatusCode.OK);
        // Nobody handles the app, so the worker answers 501.
        await _fleet.Database.ExecuteAsync(
            "update fastapi_endpoint set app = 'other', registry_sync = false where name = 'people'");
        var following = CliProcess.RunAsync(
            Second.Address, "reload", Fleet.Registry, "--rings", "canary,rest", "--hold", "20s", "--abort-on",
            "error>5%");
        await CountAsync(_canary, "/people/1", HttpStatusCode.NotImplemented);
        var followed = await following;

        Assert.Equal(3, followed.ExitCode);
        Assert.Contains("taken back", followed.Output, StringComparison.Ordinal);
        Assert.Contains("ring canary broke error>5%: ", followed.Output, StringComparison.Ordinal);
        var ended = await EndAsync();
        Assert.Equal(RolloutState.TakenBack, ended.State);
        Assert.Equal(ended.Rings[0].Answers!.Requests, ended.Rings[0].Answers!.Errors);
        var pinned = await BeginAsync(HttpStatusCode.OK, "wait=workers&timeout=30s");
        Assert.Equal(
            (ReloadOutcome.Pinned, 3L, 1L, true, 2),
            (pinned.Outcome, pinned.Version.Value, pinned.Pin!.ToVersion.Value, pinned.Convergence!.Reached,
                pinned.Convergence.Workers));
        Assert.Contains("was taken back: ", pinned.Pin.Reason, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "3"), await GetAsync(_canary, "/people/1"));
        Assert.Equal((HttpStatusCode.OK, "3"), await GetAsync(_rest, "/people/1"));
    }

    private static async Task<(int Status, string? Type)> ProblemAsync(HttpResponseMessage answer) => (
        (int)answer.StatusCode,
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("type").GetString());

    private Task<WorkerProcess> StartAsync(string ring) => WorkerProcess.StartAsync(
        new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            Silos = _fleet.Urls,
            Name = ring,
            Configuration = new Dictionary<string, string> { ["EndpointSync:Worker:Ring"] = ring },
        },
        Cancelled);

    // The sample worker has this app.
    private async Task AddAsync(string name)
    {
        var id = await _fleet.Database.AddEndpointAsync(name, $"/{name}");
        await _fleet.Database.ExecuteAsync($"update fastapi_endpoint set app = 'api_v2' where id = {id}");
    }

    private async Task<ReloadReceipt> BeginAsync(HttpStatusCode status, string query)
    {
        using var answer = await _http.PostAsync(new Uri($"reload?{query}", UriKind.Relative), null, Cancelled);
        Assert.True(status == answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        return (await answer.Content.ReadFromJsonAsync<ReloadReceipt>(Json, Cancelled))!;
    }

    private async Task<Rollout> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (true)
        {
            var rollout = await _http.GetFromJsonAsync<Rollout>("rollout", Json, deadline.Token);
            if (!rollout!.IsRunning)
            {
                return rollout;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
        }
    }

    private async Task<(HttpStatusCode Status, string? Version)> GetAsync(WorkerProcess worker, string path)
    {
        using var answer = await _http.GetAsync(new Uri(worker.Address, path), Cancelled);
        return (answer.StatusCode, answer.Headers.GetValues("X-Route-Version").Single());
    }

    private async Task WhenAsync(WorkerProcess worker, string path, HttpStatusCode wanted)
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while ((await GetAsync(worker, path)).Status is var status && status != wanted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        }
    }

    // Enough requests to make a share.
    private async Task CountAsync(WorkerProcess worker, string path, HttpStatusCode status)
    {
        await WhenAsync(worker, path, status);
        for (var request = 0; request < 20; request++)
        {
            Assert.Equal(status, (await GetAsync(worker, path)).Status);
        }
    }
}
