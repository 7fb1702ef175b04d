using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Process.Publishing;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>A silo that is asked to stop while a fleet is at work.</summary>
public sealed class DrainTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);
    private static readonly string Registry = $"api/v1/registries/{Fleet.Registry}";

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_silo_that_stops_is_unready_first_and_no_reload_poll_or_request_of_a_worker_fails()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2, Options);
        await fleet.Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            values ('orders', '/orders', 'api_v2', true, false, false)
            """);
        // The receipt names the silo of the coordinator, which is to be handed over.
        var coordinator = (await fleet.ReloadAsync(fleet.Silos.Silos[0])).Silo;
        var leaving = fleet.Silos.Silos.Single(silo => silo.Name == coordinator);
        var staying = fleet.Silos.Silos.Single(silo => silo != leaving);
        await using var worker = await WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = Fleet.Registry,
                Silos = [leaving.Address],
                // So that a busy machine is no outage.
                Configuration = new Dictionary<string, string> { ["EndpointSync:Worker:SiloTimeout"] = "00:00:20" },
            },
            TestContext.Current.CancellationToken);
        await worker.WaitForOutputAsync(staying.Address.ToString(), TestContext.Current.CancellationToken);
        var answers = new Answers();
        await using var load = new Load(worker, answers, _ => "/orders/item").Start(seed: 1);
        await using var proxy = new Proxy(fleet.Silos.Silos, $"{Registry}/reload");
        await proxy.WorkedAsync(leaving);

        var poll = PollAsync(leaving);
        var stop = leaving.StopAsync(TestContext.Current.CancellationToken);
        await proxy.UnreadyAsync(leaving).Within("a silo that is not ready");
        var begun = TimeProvider.System.GetTimestamp();
        var head = await poll;
        var (late, closes) = await ReloadAsync(leaving);
        await stop.Within("the silo's end");
        var took = TimeProvider.System.GetElapsedTime(begun);
        await proxy.WorkedAsync(staying);
        var convergence = await fleet.ConvergeAsync(staying);
        await load.StopAsync();
        await proxy.EndAsync();

        Assert.True(head.GetProperty("stopping").GetBoolean());
        Assert.True(late.Reached, string.Join(", ", late.Missing));
        Assert.True(closes, "an answer of a silo that stops leaves its connection open");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], proxy.ReadinessOf(leaving));
        Assert.Equal(0, await leaving.Exited);
        Assert.Equal((true, 1, 1), (convergence.Reached, convergence.Silos, convergence.Workers));
        Assert.Empty(proxy.Failures);
        await answers.AssertAddUpAsync(fleet.Database);
        Assert.DoesNotContain("gets no updates", worker.Output, StringComparison.Ordinal);
        output.WriteLine(
            $"gone {took} after it was unready; {proxy.Reloads} reloads and {answers.Count} requests to the worker");
    }

    public void Dispose() => _http.Dispose();

    private static SiloProcessOptions Options(TestDatabase database)
    {
        var options = Fleet.Options(database);
        return options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                ["EndpointSync:Http:DrainDelay"] = Drain.ToString(),
            },
        };
    }

    // A poll that has nothing to report waits.
    private async Task<JsonElement> PollAsync(SiloProcess silo)
    {
        var table = await AskFeedAsync(silo, "");
        return await AskFeedAsync(
            silo, $"&after={table.GetProperty("version")}&hash={table.GetProperty("hash")}&timeout=1m");
    }

    private async Task<JsonElement> AskFeedAsync(SiloProcess silo, string has)
    {
        var lines = await _http.GetStringAsync(
            new Uri(silo.Address, $"{Registry}/feed?worker={Guid.NewGuid()}&name=poll{has}"));
        using var head = JsonDocument.Parse(lines.Split('\n')[0]);
        return head.RootElement.Clone();
    }

    private async Task<(Convergence Convergence, bool Closes)> ReloadAsync(SiloProcess silo)
    {
        using var answer = await _http.PostAsync(
            new Uri(silo.Address, $"{Registry}/reload?wait=silos&timeout=10s"), content: null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var receipt = await answer.Content.ReadFromJsonAsync<ReloadReceipt>(Json);
        return (receipt!.Convergence!, answer.Headers.ConnectionClose == true);
    }
}
