using System.Net;
using EndpointSync.Local.Postgres;
using EndpointSync.Local.Processes;
using EndpointSync.Local.Silos;
using EndpointSync.Local.Workers;

namespace EndpointSync.Bench.Serving;

/// <summary>Two silo processes and several worker processes on one database, and a connection to each that is kept alive.</summary>
internal sealed class ServingFleet : IAsyncDisposable
{
    public const int Silos = 2;

    /// <summary>The section of its registry in a silo's configuration.</summary>
    public const string RegistrySection = $"EndpointSync:Registries:{Registry}";

    private const string Registry = "bench";
    private const string ClusterId = "bench";

    private readonly List<ServerProcess> _processes = [];
    private readonly List<HttpClient> _workers = [];
    private readonly ServingFleetOptions _options;
    private readonly HttpClient _silo;

    private ServingFleet(ServingFleetOptions options, IReadOnlyList<SiloProcess> silos)
    {
        _options = options;
        _processes.AddRange(silos);
        _silo = new HttpClient { BaseAddress = silos[0].Address };
    }

    /// <summary>Starts the silos.</summary>
    public static async Task<ServingFleet> StartAsync(PrivatePostgres postgres, ServingFleetOptions options) =>
        new(options, await Task.WhenAll(Enumerable.Range(1, Silos).Select(number => SiloProcess.StartAsync(SiloOptions(postgres, options, number)))));

    /// <summary>Starts the workers, which become ready when there are routes.</summary>
    public async Task StartWorkersAsync(PrivatePostgres postgres)
    {
        var workers = await Task.WhenAll(Enumerable.Range(1, _options.Workers).Select(number => WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Registry,
            ClusterConnectionString = postgres.ConnectionString(),
            ClusterId = ClusterId,
            Name = $"worker-{number}",
            Configuration = _options.Worker,
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
    /// database for the newest version, and many workers that were asked before would take the processors away from what they wait for.
    /// </summary>
    public Task UntilServedAsync(string path, Task receipt) => Task.WhenAll(_workers.Select(worker => Task.Run(() => UntilServedAsync(worker, path, receipt))));

    public async ValueTask DisposeAsync()
    {
        _silo.Dispose();
        _workers.ForEach(worker => worker.Dispose());
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private async Task UntilServedAsync(HttpClient worker, string path, Task receipt)
    {
        await receipt;
        var status = await AskAsync(worker, path);
        while (status == HttpStatusCode.NotFound)
        {
            await Task.Delay(_options.Pause);
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

    private static SiloProcessOptions SiloOptions(PrivatePostgres postgres, ServingFleetOptions options, int number) => new()
    {
        ClusterConnectionString = postgres.ConnectionString(),
        ClusterId = ClusterId,
        Name = $"silo-{number}",
        Configuration = new Dictionary<string, string>(options.Silo) { [$"{RegistrySection}:CreateTables"] = "true" },
    };
}
