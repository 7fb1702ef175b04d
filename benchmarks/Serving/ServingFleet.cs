using System.Diagnostics;
using System.Net;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Bench.Serving;

/// <summary>Two silo processes and several worker processes on one database.</summary>
internal sealed class ServingFleet : IAsyncDisposable
{
    public const int Silos = 2;

    /// <summary>The section of its registry in a silo's configuration.</summary>
    public const string RegistrySection = $"EndpointSync:Registries:{Registry}";

    private const string Registry = "bench";
    private const string ClusterId = "bench";

    private readonly List<ServerProcess> _processes = [];
    private readonly ServingFleetOptions _options;
    private readonly HttpClient _silo;

    private ServingFleet(ServingFleetOptions options, IReadOnlyList<SiloProcess> silos)
    {
        _options = options;
        _processes.AddRange(silos);
        _silo = new HttpClient { BaseAddress = silos[0].Address };
        Asked = new AskedWorkers([], options.Pause);
    }

    /// <summary>Starts the silos.</summary>
    public static async Task<ServingFleet> StartAsync(PrivatePostgres postgres, ServingFleetOptions options) =>
        new(
            options,
            await Task.WhenAll(
                Enumerable.Range(1, Silos).Select(
                    number => SiloProcess.StartAsync(SiloOptions(postgres, options, number)))));

    /// <summary>Starts the workers, which become ready when there are routes.</summary>
    public async Task StartWorkersAsync()
    {
        var workers = await Task.WhenAll(
            Enumerable.Range(1, _options.Workers).Select(number => WorkerProcess.StartAsync(new WorkerProcessOptions
            {
                Registry = Registry,
                Silos = [.. _processes.OfType<SiloProcess>().Select(silo => silo.Address)],
                Name = $"worker-{number}",
                Configuration = _options.Worker,
            })));
        _processes.AddRange(workers);
        Asked = new AskedWorkers(Workers, _options.Pause);
    }

    /// <summary>Completes with the receipt of a reload.</summary>
    /// <exception cref="InvalidOperationException">The routes are not in sync.</exception>
    public async Task ReloadAsync()
    {
        using var response = await _silo.PostAsync(
            new Uri($"api/v1/registries/{Registry}/reload", UriKind.Relative), content: null);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException(
                $"The reload was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>The workers that were started, asked by the rounds.</summary>
    public AskedWorkers Asked { get; private set; }

    /// <summary>Where the workers answer HTTP.</summary>
    public IReadOnlyList<Uri> Workers => [.. _processes.OfType<WorkerProcess>().Select(worker => worker.Address)];

    /// <summary>The memory of the largest silo and of the largest worker, in bytes.</summary>
    public (long Silo, long Worker) Memory() =>
        (_processes.OfType<SiloProcess>().Max(MemoryOf), _processes.OfType<WorkerProcess>().Max(MemoryOf));

    public async ValueTask DisposeAsync()
    {
        _silo.Dispose();
        Asked.Dispose();
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private static long MemoryOf(ServerProcess server)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        return process.WorkingSet64;
    }

    private static SiloProcessOptions SiloOptions(PrivatePostgres postgres, ServingFleetOptions options, int number) =>
        new()
        {
            ClusterConnectionString = options.ConnectionString(postgres),
            ClusterId = ClusterId,
            Name = $"silo-{number}",
            Configuration = new Dictionary<string, string>(options.Silo)
            {
                [$"{RegistrySection}:CreateTables"] = "true",
                [$"{RegistrySection}:AllowMassRemoval"] = "true",
            },
        };
}
