using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace EndpointSync.Tests.Worker.Cluster;

/// <summary>
/// A worker that shares no code with this repository's, written from docs/worker-protocol.md, beside real silos.
/// </summary>
public sealed class PythonWorkerTests : IDisposable
{
    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_worker_in_Python_serves_acknowledges_and_counts_like_any_other()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        using var python = PythonWorker.StartOrSkip(
            WorkerApp.Registry, "python", cluster.Silos.Select(silo => silo.Address));
        var worker = await cluster.WorkerAsync("dotnet");
        await cluster.UntilWorkersCountAsync(2);
        await cluster.DeclareAsync("/first");

        for (var round = 0; round < 3; round++)
        {
            var receipt = await cluster.DeclareAsync($"/path{round}");

            Assert.True(receipt.Convergence!.Reached, string.Join("; ", receipt.Convergence.Missing));
            Assert.Equal(2, receipt.Convergence.Workers);
            using var answer = await AskAsync(python, $"/path{round}/items");
            var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
            Assert.Equal((HttpStatusCode.OK, receipt.Version.ToString()), (answer.StatusCode, answer.Version()));
            Assert.Equal((LiveCluster.App, "items"), (
                body!["app"]!.GetValue<string>(), body["values"]!["application_path"]!.GetValue<string>()));
            Assert.Equal("dotnet", await worker.TextAsync($"/path{round}/items"));
        }

        using var missing = await AskAsync(python, "/missing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        await python.StopAsync();
        Assert.Equal(1, (await cluster.DeclareAsync("/last")).Convergence!.Workers);
    }

    [Fact]
    public async Task A_worker_in_Python_moves_on_from_a_silo_that_was_killed_and_denies_no_path_of_a_receipt()
    {
        await using var cluster = await LiveCluster.StartAsync(silos: 2);
        await cluster.DeclareAsync("/first", WaitFor.Silos);
        using var python = PythonWorker.StartOrSkip(
            WorkerApp.Registry, "python", cluster.Silos.Select(silo => silo.Address));
        // It counts from its first question on, and has a table a moment later.
        await cluster.UntilWorkersCountAsync(1);
        await Deadline.UntilAsync(
            async () =>
            {
                using var ready = await AskAsync(python, "/health/ready");
                return ready.StatusCode == HttpStatusCode.OK;
            },
            "its first table");
        for (var round = 0; round < 5; round++)
        {
            await cluster.DeclareAsync($"/path{round}", WaitFor.Nobody);
            using var answer = await AskAsync(python, $"/path{round}/");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var served = (await cluster.SubscribersAsync(cluster.Silos[0])).Subscribers.Single(
            subscriber => subscriber.Kind == SubscriberKind.Worker);
        var killed = cluster.Silos.Single(silo => silo.Name == served.Silo);
        killed.Kill();
        await killed.Exited.Within("the silo's end");
        var receipt = await cluster.DeclareAsync("/second", WaitFor.Nobody);

        await Deadline.UntilAsync(
            async () =>
            {
                using var answer = await AskAsync(python, "/second/");
                return answer.StatusCode == HttpStatusCode.OK && answer.Version() == receipt.Version.ToString();
            },
            "the next version");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(PythonWorker python, string path) =>
        await _http.GetAsync(new Uri(await python.Address.Within("the worker to listen"), path));
}
