using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>Two silos, of which the second has the coordinator, and a worker; all send to a collector.</summary>
internal sealed class TracedFleet : IAsyncDisposable
{
    public const string SiloService = "silos";
    public const string WorkerService = "workers";

    private readonly HttpClient _http = new();
    private readonly Fleet _fleet;

    private TracedFleet(Collector collector, Fleet fleet, WorkerProcess worker) =>
        (Collector, _fleet, Worker) = (collector, fleet, worker);

    public Collector Collector { get; }

    public TestDatabase Database => _fleet.Database;

    public WorkerProcess Worker { get; }

    public static async Task<TracedFleet> StartAsync()
    {
        var collector = await Collector.StartAsync();
        var fleet = await Fleet.StartAsync(2, database => Options(database, collector));
        await DeclareAsync(fleet.Database, "first");
        await fleet.ReloadAsync(fleet.Silos.Silos[1]);
        var worker = await WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = Fleet.Registry,
                Silos = fleet.Urls,
                Configuration = With(collector, WorkerService),
            },
            TestContext.Current.CancellationToken);
        return new TracedFleet(collector, fleet, worker);
    }

    /// <summary>Commits an endpoint whose app the worker has.</summary>
    public Task DeclareAsync(string name) => DeclareAsync(Database, name);

    /// <summary>Waits until so many reloads are under way at the silo that is asked.</summary>
    public Task UntilAskedAsync(int reloads) => Deadline.UntilAsync(
        async () => (await _http.GetStringAsync(
            new Uri(_fleet.Silos.Silos[0].Address, "metrics"), TestContext.Current.CancellationToken))
            .Split('\n')
            .Any(line => line.StartsWith("http_server_active_requests", StringComparison.Ordinal)
                && line.Contains("\"POST\"", StringComparison.Ordinal)
                && line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0] == $"{reloads}"),
        $"{reloads} reloads under way");

    /// <summary>What both silos show to a Prometheus of today.</summary>
    public async Task<string> ScrapeOpenMetricsAsync()
    {
        var scraped = "";
        foreach (var silo in _fleet.Urls)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(silo, "metrics"));
            request.Headers.TryAddWithoutValidation(
                "Accept", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.3");
            using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
            scraped += await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        return scraped;
    }

    /// <summary>Reloads as a part of a trace.</summary>
    /// <param name="trace">The trace's id.</param>
    /// <param name="query">How it waits.</param>
    public async Task ReloadAsync(string trace, string query = "?wait=workers&timeout=20s")
    {
        using var answer = await SendAsync(
            HttpMethod.Post,
            new Uri(_fleet.Silos.Silos[0].Address, $"api/v1/registries/{Fleet.Registry}/reload{query}"),
            trace);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>A request to the worker as a part of a trace.</summary>
    public async Task<HttpStatusCode> AskWorkerAsync(string path, string trace)
    {
        using var answer = await SendAsync(HttpMethod.Get, new Uri(Worker.Address, path), trace);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _fleet.DisposeAsync();
        await Collector.DisposeAsync();
        _http.Dispose();
    }

    private static async Task DeclareAsync(TestDatabase database, string name)
    {
        var id = await database.AddEndpointAsync(name, $"/{name}");
        await database.ExecuteAsync($"update fastapi_endpoint set app = 'api_v2' where id = {id}");
    }

    private static SiloProcessOptions Options(TestDatabase database, Collector collector)
    {
        var options = Fleet.Options(database);
        return options with
        {
            Configuration = options.Configuration.Concat(With(collector, SiloService)).ToDictionary(),
        };
    }

    private static Dictionary<string, string> With(Collector collector, string service) =>
        new(collector.Environment) { ["OTEL_SERVICE_NAME"] = service };

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, string trace)
    {
        using var request = new HttpRequestMessage(method, uri);
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
