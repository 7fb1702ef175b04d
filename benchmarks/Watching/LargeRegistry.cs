using System.Text.Json;
using EndpointSync.Bench.Storm;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Bench.Watching;

/// <summary>One silo, and a registry with many routes.</summary>
internal sealed class LargeRegistry : IAsyncDisposable
{
    private const string Registry = "bench";

    private readonly StormDatabase _database;
    private readonly SiloProcess _silo;
    private readonly HttpClient _http;

    private LargeRegistry(StormDatabase database, SiloProcess silo) =>
        (_database, _silo, _http) = (database, silo, new HttpClient
        {
            BaseAddress = new Uri(silo.Address, $"api/v1/registries/{Registry}/"),
            Timeout = TimeSpan.FromMinutes(5),
        });

    public Uri Silo => _silo.Address;

    /// <summary>Where the registry's pages are in the console.</summary>
    public Uri Pages => new(Silo, $"registries/{Registry}/");

    public int ProcessId => _silo.ProcessId;

    public static async Task<LargeRegistry> StartAsync(
        PrivatePostgres postgres, NpgsqlConnection server, int routes, TimeSpan workerLease)
    {
        var database = await StormDatabase.CreateAsync(postgres, server, "watching", routes);
        var silo = await SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = database.ConnectionString,
            Configuration = new Dictionary<string, string>
            {
                [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true",
                ["EndpointSync:Publishing:WorkerLease"] = $"{workerLease:c}",
            },
        });
        var registry = new LargeRegistry(database, silo);
        // Very many endpoints are synced in several versions, and a reload waits for the first.
        while (!await registry.ReloadAsync("?attach=true&timeout=1m"))
        {
        }

        return registry;
    }

    /// <summary>An answer of the registry's API, of which only the head is there yet.</summary>
    public Task<HttpResponseMessage> OpenAsync(string operation) => _http.GetAsync(
        new Uri(operation, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Moves one endpoint.</summary>
    public Task MoveAsync() => _database.MoveAsync();

    /// <summary>Reloads.</summary>
    /// <returns>Whether nothing is left to be synced.</returns>
    public async Task<bool> ReloadAsync(string parameters = "")
    {
        using var answer = await _http.PostAsync(new Uri($"reload{parameters}", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("inSync").GetBoolean();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }
}
