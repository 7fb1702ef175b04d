using System.Net;
using EndpointSync.Local.Postgres;
using EndpointSync.Local.Processes;
using EndpointSync.Local.Silos;
using EndpointSync.Local.Workers;

namespace EndpointSync.Bench.Propagation;

/// <summary>Two silo processes and eight worker processes on one database, and a connection to each that is kept alive.</summary>
internal sealed class PropagationFleet : IAsyncDisposable
{
    public const int Silos = 2;
    public const int Workers = 8;

    private const string Registry = "bench";
    private const string ClusterId = "bench";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly List<ServerProcess> _processes = [];
    private readonly List<HttpClient> _workers = [];
    private readonly HttpClient _silo;

    private PropagationFleet(IReadOnlyList<SiloProcess> silos)
    {
        _processes.AddRange(silos);
        _silo = new HttpClient { BaseAddress = silos[0].Address };
    }

    /// <summary>Starts the silos.</summary>
    public static async Task<PropagationFleet> StartAsync(PrivatePostgres postgres) =>
        new(await Task.WhenAll(Enumerable.Range(1, Silos).Select(number => SiloProcess.StartAsync(Options(postgres, number)))));

    /// <summary>Starts the workers, which become ready when there are routes.</summary>
    public async Task StartWorkersAsync(PrivatePostgres postgres)
    {
        var workers = await Task.WhenAll(Enumerable.Range(1, Workers).Select(number => WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Registry,
            ClusterConnectionString = postgres.ConnectionString(),
            ClusterId = ClusterId,
            Name = $"worker-{number}",
        })));
        _processes.AddRange(workers);
        _workers.AddRange(workers.Select(worker => new HttpClient { BaseAddress = worker.Address }));
    }

    /// <summary>Completes with the receipt of a reload.</summary>
    /// <exception cref="InvalidOperationException">The routes are not in line.</exception>
    public async Task ReloadAsync()
    {
        using var response = await _silo.PostAsync(new Uri($"api/registries/{Registry}/reload", UriKind.Relative), content: null);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"The reload was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>One request to one worker, for a path that it serves.</summary>
    public Task AskOnceAsync(string path) => UntilServedAsync(_workers[0], path, Task.CompletedTask);

    /// <summary>
    /// Asks every worker for a path until it has answered 200, from the moment when the reload has its receipt: each miss makes the worker ask the
    /// database for the newest version, and eight workers that were asked before would take the processors away from what they wait for.
    /// </summary>
    public Task UntilServedAsync(string path, Task receipt) => Task.WhenAll(_workers.Select(worker => Task.Run(() => UntilServedAsync(worker, path, receipt))));

    public async ValueTask DisposeAsync()
    {
        _silo.Dispose();
        _workers.ForEach(worker => worker.Dispose());
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private static async Task UntilServedAsync(HttpClient worker, string path, Task receipt)
    {
        await receipt;
        var status = await AskAsync(worker, path);
        while (status == HttpStatusCode.NotFound)
        {
            await Task.Delay(Pause);
            status = await AskAsync(worker, path);
        }

        if (status != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{worker.BaseAddress} answered {path} with {(int)status}.");
        }
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient worker, string path)
    {
        using var response = await worker.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    private static SiloProcessOptions Options(PrivatePostgres postgres, int number) => new()
    {
        ClusterConnectionString = postgres.ConnectionString(),
        ClusterId = ClusterId,
        Name = $"silo-{number}",
        Configuration = new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
    };
}
