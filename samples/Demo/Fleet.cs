using System.Globalization;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Demo;

/// <summary>Silo and worker processes for experiments, on one PostgreSQL, until they are stopped.</summary>
internal static class Fleet
{
    private const string RegistryKey = "Registry";
    private const string DataKey = "ENDPOINTSYNC_DATA";
    private const string ClusterId = "endpointsync";
    private const int SampleWorkers = 2;
    private const int FirstHttpPort = 5080;
    private const int FirstWorkerPort = 5090;
    private const int FirstSiloPort = 11111;
    private const int FirstGatewayPort = 30000;

    /// <summary>
    /// Runs until it is cancelled or a process ends. By default it starts workers for the sample only, because it does
    /// not know which registry of an own configuration they should serve.
    /// </summary>
    public static async Task<int> RunAsync(FleetSize size, CancellationToken cancellationToken)
    {
        var configured = DatabaseChoice.ConnectionString(size.PrivatePostgres);
        await using var postgres = configured is null
            ? await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Directory = Environment.GetEnvironmentVariable(DataKey) },
                cancellationToken)
            : null;
        var connectionString = configured ?? postgres!.ConnectionString();
        var started = new List<ServerProcess>();
        try
        {
            var silos = await StartSilosAsync(
                size.Silos, connectionString, postgres is not null, started, cancellationToken);
            if (postgres is not null)
            {
                await DeclareSampleAsync(silos[0], cancellationToken);
            }

            var count = size.Workers ?? (postgres is null ? 0 : SampleWorkers);
            var workers = await StartWorkersAsync(count, silos, started, cancellationToken);
            Guide.Print(silos, workers, postgres);
            await Task.WhenAny(
                [Task.Delay(Timeout.Infinite, cancellationToken), .. started.Select(process => process.Exited)]);
            return cancellationToken.IsCancellationRequested ? 0 : 1;
        }
        finally
        {
            Console.WriteLine("Stopping.");
            await Task.WhenAll(started.Select(process => process.DisposeAsync().AsTask()));
        }
    }

    private static async Task<SiloProcess[]> StartSilosAsync(
        int count, string connectionString, bool sample, List<ServerProcess> started,
        CancellationToken cancellationToken)
    {
        var silos = await Task.WhenAll(Enumerable.Range(0, count).Select(
            index => SiloProcess.StartAsync(SiloOptions(index, connectionString, sample), cancellationToken)));
        started.AddRange(silos);
        return silos;
    }

    private static async Task<WorkerProcess[]> StartWorkersAsync(
        int count, SiloProcess[] silos, List<ServerProcess> started, CancellationToken cancellationToken)
    {
        var workers = await Task.WhenAll(Enumerable.Range(0, count).Select(
            index => WorkerProcess.StartAsync(WorkerOptions(index, silos), cancellationToken)));
        started.AddRange(workers);
        return workers;
    }

    private static WorkerProcessOptions WorkerOptions(int index, SiloProcess[] silos) => new()
    {
        Registry = Environment.GetEnvironmentVariable(RegistryKey) ?? Sample.Registry,
        Silos = [.. silos.Select(silo => silo.Address)],
        Name = $"worker-{index + 1}",
        HttpPort = FirstWorkerPort + index,
        OnOutput = line => Console.WriteLine($"[worker-{index + 1}] {line}"),
    };

    private static SiloProcessOptions SiloOptions(int index, string connectionString, bool sample) => new()
    {
        ClusterConnectionString = connectionString,
        ClusterId = ClusterId,
        Name = $"silo-{index + 1}",
        HttpPort = FirstHttpPort + index,
        Configuration = Ports(index).Concat(sample ? SampleRegistry() : []).ToDictionary(),
        OnOutput = line => Console.WriteLine($"[silo-{index + 1}] {line}"),
    };

    private static IEnumerable<KeyValuePair<string, string>> Ports(int index) =>
    [
        new("EndpointSync:Cluster:SiloPort", (FirstSiloPort + index).ToString(CultureInfo.InvariantCulture)),
        new("EndpointSync:Cluster:GatewayPort", (FirstGatewayPort + index).ToString(CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> SampleRegistry() =>
    [
        new($"EndpointSync:Registries:{Sample.Registry}:CreateTables", "true"),
    ];

    private static async Task DeclareSampleAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        using var api = new RegistryApi(silo.Address, Sample.Registry);
        await Sample.DeclareAsync(api, cancellationToken);
        await api.ReloadAsync(cancellationToken);
    }
}
