using System.Diagnostics;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Outages.Alerts;

/// <summary>A Prometheus of the test's own, with the rendered rules.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _http;

    private PrometheusServer(Process process, string folder, Uri address)
    {
        (_process, _folder) = (process, folder);
        _http = new HttpClient { BaseAddress = address };
    }

    /// <summary>A program of Prometheus, installed or unpacked by ./test; null if it is neither.</summary>
    public static string? Find(string program)
    {
        var unpacked = Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, ".data", "prometheus", "usr", "bin", program);
        return File.Exists(unpacked) ? unpacked : CommandLine.Find(program);
    }

    public static async Task<PrometheusServer> StartAsync(IEnumerable<Uri> silos, string key)
    {
        var folder = Directory.CreateTempSubdirectory("endpointsync-prometheus-").FullName;
        await RenderedRules.WriteAsync(folder, silos, key);
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.PickFree()}/");
        var process = Process.Start(new ProcessStartInfo(
            Find("prometheus")!,
            [
                $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
                $"--web.listen-address={address.Authority}", "--log.level=error",
            ])
        { WorkingDirectory = folder })!;
        var server = new PrometheusServer(process, folder, address);
        await Deadline.UntilAsync(server.IsReadyAsync, "Prometheus' start");
        return server;
    }

    /// <summary>The alerts that fire now.</summary>
    public async Task<IReadOnlyList<string>> FiringAsync() =>
    [
        .. (await AskAsync("api/v1/alerts")).GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing")
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>The rules that it has loaded, each with its health.</summary>
    public async Task<IReadOnlyList<(string Alert, string Health)>> RulesAsync() =>
    [
        .. (await AskAsync("api/v1/rules")).GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(rule => (
                rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString()!)),
    ];

    /// <summary>How many series a query finds.</summary>
    public async Task<int> CountAsync(string query) =>
        (await AskAsync($"api/v1/query?query={Uri.EscapeDataString(query)}")).GetProperty("result").GetArrayLength();

    public Task UntilFiringAsync(params IReadOnlyList<string> alerts) => Deadline.UntilAsync(
        async () => !alerts.Except(await FiringAsync()).Any(), $"the alerts {string.Join(", ", alerts)}");

    /// <summary>Waits until no alert fires, and names those that do.</summary>
    public async Task UntilNoneFiresAsync()
    {
        IReadOnlyCollection<string> firing = [];
        try
        {
            await Deadline.UntilAsync(async () => (firing = await FiringAsync()).Count == 0, "no alert");
        }
        catch (TimeoutException)
        {
            Assert.Empty(firing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        UnixSignal.Terminate(_process.Id);
        await _process.WaitForExitAsync().Within("Prometheus' end");
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<JsonElement> AskAsync(string path)
    {
        using var answer = JsonDocument.Parse(
            await _http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));
        return answer.RootElement.GetProperty("data").Clone();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(
                new Uri("-/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException) when (!_process.HasExited)
        {
            return false;
        }
    }
}
