using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>Plan, rollback, pin and unpin as an operator uses them: real silos and workers, over HTTP.</summary>
public sealed class RollbackOverHttpTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();
    private Fleet _fleet = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fleet = await Fleet.StartAsync(silos: 2, pollInterval: "1.00:00:00");
        _http.BaseAddress = new Uri(_fleet.Silos.Silos[0].Address, $"api/v1/registries/{Fleet.Registry}/");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_bad_version_is_rolled_back_on_every_worker_and_the_answer_says_how_long_it_was_served()
    {
        await using var worker = await WithBadVersionAsync();
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(worker, "/people/1"));

        var (status, answer) = await RollBackAsync(1, 2, "wait=workers&timeout=30s");

        var receipt = answer.Deserialize<ReloadReceipt>(Json)!;
        Assert.Empty(receipt.Convergence!.Missing);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((ReloadOutcome.Synced, 3L, 2L),
            (receipt.Outcome, receipt.Version.Value, receipt.PreviousVersion.Value));
        Assert.Equal(
            (true, 2, 1), (receipt.Convergence!.Reached, receipt.Convergence.Silos, receipt.Convergence.Workers));
        Assert.Equal((2L, true), (receipt.Replaced!.Version.Value, receipt.Replaced.ServedFor > TimeSpan.Zero));
        Assert.Equal(
            (3L, 1L, 1), (receipt.Pin!.Version.Value, receipt.Pin.ToVersion.Value, receipt.Pin.WaitingChanges));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(worker, "/people/1"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(worker, "/persons/1"));

        var kept = await _http.GetFromJsonAsync<VersionDetails>("versions/3", Json, Cancelled);
        Assert.Equal(
            new RollbackReceipt(
                new RouteVersion(1), new RouteVersion(2), receipt.Pin.By, "a test", receipt.Replaced.ServedFor),
            kept!.Receipt.Rollback);
        var health = await _http.GetStringAsync(new Uri(_fleet.Silos.Silos[0].Address, "health/ready"), Cancelled);
        Assert.Contains("openspp is pinned to version 1.", health, StringComparison.Ordinal);
        Assert.StartsWith("{\"status\":\"Healthy\"", health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_pinned_workers_keep_the_table_and_unpinning_brings_what_waited()
    {
        await using var worker = await WithBadVersionAsync();
        await RollBackAsync(1, 2, "wait=workers&timeout=30s");
        await AddAsync("late");

        using var reload = await _http.PostAsync(
            new Uri("reload?wait=workers&timeout=30s", UriKind.Relative), content: null, Cancelled);
        var pinned = await reload.Content.ReadFromJsonAsync<ReloadReceipt>(Json, Cancelled);

        Assert.Equal(
            (HttpStatusCode.OK, ReloadOutcome.Pinned, 3L, 2, true),
            (reload.StatusCode, pinned!.Outcome, pinned.Version.Value, pinned.Pin!.WaitingChanges,
                pinned.Convergence!.Reached));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(worker, "/late/1"));
        var pin = await _http.GetFromJsonAsync<PinDetails>("pin", Json, Cancelled);
        Assert.Equal(
            ["/people/ -> /persons/", "nothing -> /late/"],
            pin!.Changes.Select(change => $"{Rule(change.Before)} -> {Rule(change.After)}"));
        Assert.Equal(2, (await _http.GetFromJsonAsync<JsonElement>("", Cancelled))
            .GetProperty("pin").GetProperty("waitingChanges").GetInt32());

        using var moved = await _http.DeleteAsync(new Uri("pin?seen=2", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.Conflict, moved.StatusCode);
        using var unpinned = await _http.DeleteAsync(
            new Uri("pin?seen=3&wait=workers&timeout=30s", UriKind.Relative), Cancelled);
        var synced = await unpinned.Content.ReadFromJsonAsync<ReloadReceipt>(Json, Cancelled);

        Assert.Equal((HttpStatusCode.OK, ReloadOutcome.Synced, 4L),
            (unpinned.StatusCode, synced!.Outcome, synced.Version.Value));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(worker, "/late/1"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(worker, "/persons/1"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(worker, "/people/1"));
        Assert.Null((await _http.GetFromJsonAsync<PinDetails>("pin", Json, Cancelled))!.Pin);
    }

    [Fact]
    public async Task A_rollback_that_cannot_be_done_is_refused_with_the_reason_and_nothing_changes()
    {
        await PublishTwiceAsync();
        foreach (var (body, status, type, field) in new (string, int, string?, string?)[]
        {
            ("""{"toVersion":1,"seenVersion":1,"reason":"x"}""", 409, "/problems/version-moved", null),
            ("""{"toVersion":7,"seenVersion":2,"reason":"x"}""", 404, "/problems/no-such-version", null),
            ("""{"toVersion":0,"seenVersion":2,"reason":"x"}""", 400, null, "toVersion"),
            ("""{"toVersion":1,"reason":"x"}""", 400, null, "seenVersion"),
            ("""{"toVersion":1,"seenVersion":2}""", 400, null, "reason"),
            ("""{"toVersion":1,"seenVersion":2,"reason":"a\nb"}""", 400, null, "reason"),
            ("""{"toVersion":1,"seenVersion":2,"reason":"x","force":true}""", 400, null, null),
        })
        {
            using var content = new StringContent(body, null, "application/json");
            using var answer = await _http.PostAsync(new Uri("rollback", UriKind.Relative), content, Cancelled);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

            Assert.Equal((body, status), (body, (int)answer.StatusCode));
            if (type is not null)
            {
                Assert.Equal(type, problem.GetProperty("type").GetString());
            }

            if (field is not null)
            {
                Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
            }

            Assert.Equal(2, await _fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
            Assert.False(
                await _fleet.Database.ScalarAsync<bool>("select pinned_hash is not null from endpoint_sync.state"));
        }
    }

    [Fact]
    public async Task A_version_that_is_not_kept_and_a_busy_lock_and_no_pin_have_answers_of_their_own()
    {
        await PublishTwiceAsync();
        using var nothing = await _http.DeleteAsync(new Uri("pin?seen=2", UriKind.Relative), Cancelled);
        Assert.Equal((404, "/problems/not-pinned"), await ProblemAsync(nothing));

        await using (await ForeignLock.TakeAsync(_fleet.Database))
        {
            var (status, busy) = await RollBackAsync(1, 2, "timeout=300ms");
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "/problems/lock-busy"),
                (status, busy.GetProperty("type").GetString()));
        }

        await _fleet.Database.ExecuteAsync("delete from endpoint_sync.versions where version = 1");
        var (gone, answer) = await RollBackAsync(1, 2, "");
        Assert.Equal(
            (HttpStatusCode.Gone, "/problems/version-not-kept"), (gone, answer.GetProperty("type").GetString()));
        Assert.Equal(2, await _fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
    }

    [Fact]
    public async Task A_plan_is_what_the_next_reload_does()
    {
        await PublishTwiceAsync();
        await _fleet.Database.AddEndpointAsync("planned", "/planned");
        await _fleet.Database.AddEndpointAsync("bad", "/bad/..");

        var plan = await _http.GetFromJsonAsync<RegistryPlan>("plan", Json, Cancelled);
        var receipt = await _fleet.ReloadAsync(_fleet.Silos.Silos[1]);

        Assert.Equal((1, 0, 0, 1), (plan!.Added, plan.Changed, plan.Removed, plan.QuarantineCount));
        Assert.Equal((1, 0, 0, 1),
            (receipt.RoutesAdded, receipt.RoutesChanged, receipt.RoutesRemoved, receipt.RejectedCount));
        Assert.Equal(receipt.Version, Assert.Single(plan.Changes).After!.Since);
        using var refused = await _http.GetAsync(new Uri("plan?limit=0", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_rollback_at_a_silo_whose_coordinator_is_frozen_is_done_by_that_silo_and_done_once()
    {
        await PublishTwiceAsync();
        // The first reload made its silo the coordinator's.
        _fleet.Silos.Silos[0].Suspend();
        using var http = new HttpClient
        {
            BaseAddress = new Uri(_fleet.Silos.Silos[1].Address, $"api/v1/registries/{Fleet.Registry}/"),
        };
        using var answer = await http.PostAsJsonAsync(
            "rollback", new { toVersion = 1, seenVersion = 2, reason = "a test" }, Cancelled);
        _fleet.Silos.Silos[0].Resume();

        var receipt = await answer.Content.ReadFromJsonAsync<ReloadReceipt>(Json, Cancelled);
        Assert.Equal((HttpStatusCode.OK, 3L, "silo-2"), (answer.StatusCode, receipt!.Version.Value, receipt.Silo));
        // The coordinator that thaws finds it done.
        Assert.Equal(ReloadOutcome.Pinned, (await _fleet.ReloadUntilAnsweredAsync(_fleet.Silos.Silos[1])).Outcome);
        Assert.Equal(3, await _fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
    }

    private async Task<WorkerProcess> WithBadVersionAsync()
    {
        await PublishTwiceAsync();
        return await WorkerProcess.StartAsync(
            new WorkerProcessOptions { Registry = Fleet.Registry, Silos = _fleet.Urls }, Cancelled);
    }

    // Version 1 has /people, and version 2 has /persons instead.
    private async Task PublishTwiceAsync()
    {
        await AddAsync("people");
        await _fleet.ReloadAsync(_fleet.Silos.Silos[0]);
        await _fleet.Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/persons', registry_sync = false");
        await _fleet.ReloadAsync(_fleet.Silos.Silos[0]);
    }

    // The sample worker has this app alone.
    private async Task AddAsync(string name)
    {
        var id = await _fleet.Database.AddEndpointAsync(name, $"/{name}");
        await _fleet.Database.ExecuteAsync($"update fastapi_endpoint set app = 'api_v2' where id = {id}");
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> RollBackAsync(long to, long seen, string query)
    {
        using var answer = await _http.PostAsJsonAsync(
            $"rollback?{query}", new { toVersion = to, seenVersion = seen, reason = "a test" }, Cancelled);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled));
    }

    private async Task<HttpStatusCode> GetAsync(WorkerProcess worker, string path)
    {
        using var answer = await _http.GetAsync(new Uri(worker.Address, path), Cancelled);
        return answer.StatusCode;
    }

    private static async Task<(int Status, string? Type)> ProblemAsync(HttpResponseMessage answer) => (
        (int)answer.StatusCode,
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("type").GetString());

    private static string Rule(RouteView? route) => route is null ? "nothing" : route.Route!.Split('|')[0];
}
