using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Bench.Serving;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Bench.Failover;

/// <summary>Three silo processes, which are lost one after the other, and two workers.</summary>
internal sealed class FailoverFleet : IAsyncDisposable
{
    private const string Registry = "bench";
    private const int Workers = 2;

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = new();
    private readonly SiloCluster _silos;
    private readonly WorkerProcess[] _workers;
    private readonly AskedWorkers _asked;
    private readonly ServerControl _control;
    private readonly NpgsqlDataSource _database;

    private FailoverFleet(SiloCluster silos, WorkerProcess[] workers, ServerControl control, NpgsqlDataSource database)
    {
        (_silos, _workers, _control, _database) = (silos, workers, control, database);
        _asked = new AskedWorkers(workers.Select(worker => worker.Address), Pause);
    }

    private IEnumerable<SiloProcess> Living => _silos.Silos.Where(silo => !silo.Exited.IsCompleted);

    public static async Task<FailoverFleet> StartAsync(PrivatePostgres postgres)
    {
        var silos = await SiloCluster.StartAsync(3, new SiloProcessOptions
        {
            ClusterConnectionString = postgres.ConnectionString(),
            MembershipProfile = "Balanced",
            Configuration =
                new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
        });
        var workers = await Task.WhenAll(
            Enumerable.Range(1, Workers).Select(number => WorkerProcess.StartAsync(new WorkerProcessOptions
            {
                Registry = Registry,
                Silos = [.. silos.Silos.Select(silo => silo.Address)],
                Name = $"worker-{number}",
            })));
        var database = NpgsqlDataSource.Create($"{postgres.ConnectionString()};Pooling=false");
        return new FailoverFleet(silos, workers, await ServerControl.OfAsync(postgres), database);
    }

    public Task AddAsync() => _silos.AddAsync();

    public async Task RestartPostgresAsync()
    {
        await _control.StopAsync("fast");
        await _control.StartAgainAsync();
    }

    /// <summary>Commits an endpoint.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> DeclareAsync()
    {
        await using var connection = await _database.OpenConnectionAsync();
        return await connection.ScalarAsync<string>(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            values ('e', '/e/' || gen_random_uuid(), 'api_v2', true, false, false) returning root_path || '/'
            """, CancellationToken.None);
    }

    /// <summary>The silo of the coordinator, as soon as all silos get their answers from it, and another one.</summary>
    public async Task<(SiloProcess Coordinator, SiloProcess Other)> CoordinatorAsync()
    {
        while (true)
        {
            var named = await Task.WhenAll(Living.Select(async silo => (await ReloadAsync(silo)).Silo));
            if (named.Distinct(StringComparer.Ordinal).Count() == 1)
            {
                return (Living.Single(silo => silo.Name == named[0]), Living.First(silo => silo.Name != named[0]));
            }
        }
    }

    /// <exception cref="InvalidOperationException">The routes are not in sync.</exception>
    public async Task<ReloadReceipt> ReloadAsync(SiloProcess silo)
    {
        using var response = await AskAsync(silo);
        var receipt = response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json)
            : null;
        return receipt is { InSync: true }
            ? receipt
            : throw new InvalidOperationException($"{silo.Name} answered {(int)response.StatusCode}.");
    }

    /// <summary>Asks for a reload until one succeeds.</summary>
    public async Task ReloadUntilTakenAsync(SiloProcess silo)
    {
        while (true)
        {
            using var response = await AskAsync(silo);
            if (response.IsSuccessStatusCode
                && await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json) is { InSync: true })
            {
                return;
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Completes when every worker answers a path.</summary>
    /// <exception cref="TimeoutException">One does not within a minute.</exception>
    public Task UntilServedAsync(string path) => _asked.UntilServedAsync(path).WaitAsync(Longest);

    public async ValueTask DisposeAsync()
    {
        _asked.Dispose();
        await _database.DisposeAsync();
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        await _silos.DisposeAsync();
        _http.Dispose();
    }

    private Task<HttpResponseMessage> AskAsync(SiloProcess silo) =>
        _http.PostAsync(new Uri(silo.Address, $"api/v1/registries/{Registry}/reload"), content: null);
}
