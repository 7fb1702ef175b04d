using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Testing;

/// <summary>Real silo processes on a fresh database, and the requests of a user over HTTP.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const string Registry = "openspp";

    private const string OftenPolled = "00:00:01";

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();

    private Fleet(TestDatabase database, SiloCluster silos)
    {
        Database = database;
        Silos = silos;
    }

    public TestDatabase Database { get; }

    public SiloCluster Silos { get; }

    /// <summary>Where the silos answer that live now.</summary>
    public IReadOnlyList<Uri> Urls =>
        [.. Silos.Silos.Where(silo => !silo.Exited.IsCompleted).Select(silo => silo.Address)];

    public static Task<Fleet> StartAsync(int silos, string pollInterval = OftenPolled) =>
        StartAsync(silos, database => Options(database, pollInterval));

    public static async Task<Fleet> StartAsync(int silos, Func<TestDatabase, SiloProcessOptions> options)
    {
        var database = await TestDatabase.CreateAsync();
        return await StartAsync(database, silos, options(database));
    }

    /// <summary>Starts silos on a database of the test's, which the fleet drops at the end.</summary>
    public static async Task<Fleet> StartAsync(TestDatabase database, int silos, SiloProcessOptions options) =>
        new(database, await SiloCluster.StartAsync(silos, options));

    public static SiloProcessOptions Options(TestDatabase database, string pollInterval = OftenPolled) => new()
    {
        ClusterConnectionString = database.ConnectionString,
        ClusterId = database.Name,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Registry}:LockName"] = "spp_api_v2.fastapi_endpoint_sync",
            ["EndpointSync:Sync:LockTimeout"] = "00:00:10",
            ["EndpointSync:Sync:IdleInTransactionTimeout"] = "00:00:10",
            ["EndpointSync:Sync:PollInterval"] = pollInterval,
        },
    };

    public async Task<ReloadReceipt> ReloadAsync(SiloProcess silo)
    {
        using var response = await _http.PostAsync(
            new Uri(silo.Address, $"api/v1/registries/{Registry}/reload"), content: null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json))!;
    }

    /// <summary>Publishes the table of a version again.</summary>
    public async Task<ReloadReceipt> RollBackAsync(SiloProcess silo, long to, long seen)
    {
        using var response = await _http.PostAsJsonAsync(
            new Uri(silo.Address, $"api/v1/registries/{Registry}/rollback"),
            new { toVersion = to, seenVersion = seen, reason = "a test" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json))!;
    }

    /// <summary>
    /// Reloads until a silo answers with a receipt. While the cluster gives up a coordinator's silo, the answer is a
    /// 503 that says so.
    /// </summary>
    public async Task<ReloadReceipt> ReloadUntilAnsweredAsync(SiloProcess silo)
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (true)
        {
            using var response = await _http.PostAsync(
                new Uri(silo.Address, $"api/v1/registries/{Registry}/reload"), content: null, deadline.Token);
            if (response.IsSuccessStatusCode)
            {
                return (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json, deadline.Token))!;
            }

            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }
    }

    /// <summary>Reloads, and waits until all silos and workers serve the version.</summary>
    public async Task<Convergence> ConvergeAsync(SiloProcess silo)
    {
        using var response = await _http.PostAsync(
            new Uri(silo.Address, $"api/v1/registries/{Registry}/reload?wait=workers&timeout=30s"), content: null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json))!.Convergence!;
    }

    public async ValueTask DisposeAsync()
    {
        await Silos.DisposeAsync();
        await Database.DisposeAsync();
        _http.Dispose();
    }
}
