using System.Diagnostics;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using static EndpointSync.Demo.Claims;

namespace EndpointSync.Demo;

/// <summary>Demonstrates a reload on a temporary cluster of real processes; every printed claim is checked.</summary>
internal sealed class Demonstration(
    PrivatePostgres postgres, IReadOnlyList<RegistryApi> silos, CancellationToken cancellationToken)
{
    private const int Silos = 3;
    private const int Workers = 2;
    private const string ClusterId = "demo";
    private const int Callers = 200;
    private const int MostTransactions = 2;

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Directory.GetCurrentDirectory(), ".data", $"demo-{Environment.ProcessId}");
        var started = Stopwatch.GetTimestamp();
        var postgres = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = folder }, cancellationToken);
        try
        {
            await using var cluster = await SiloCluster.StartAsync(Silos, Options(postgres), cancellationToken);
            Print(
                "start",
                $"{Silos} silo processes and PostgreSQL up in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            var apis = cluster.Silos.Select(silo => new RegistryApi(silo.Address, Sample.Registry)).ToList();
            var demonstration = new Demonstration(postgres, apis, cancellationToken);
            await demonstration.ReloadAsync();
            await demonstration.ServeAsync();
            apis.ForEach(api => api.Dispose());
        }
        finally
        {
            await postgres.DisposeAsync();
            Directory.Delete(postgres.Directory, recursive: true);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Print("done", "all processes are stopped and all data is deleted");
        return 0;
    }

    private async Task ReloadAsync()
    {
        await Sample.DeclareAsync(silos[0], cancellationToken);
        await FirstReloadAsync();
        await SecondReloadAsync();
        await StormAsync();
        await RoutesAsync();
    }

    private async Task ServeAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var processes = await StartWorkersAsync();
        try
        {
            Print(
                "workers",
                $"{Workers} worker processes up and ready in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            var workers = processes.Select(worker => new WorkerApi(worker.Name, worker.Address)).ToList();
            var steps = new WorkerSteps(silos[0], workers, cancellationToken);
            await steps.ServeAsync();
            await steps.MoveAsync();
            await new ForeignSteps(postgres.ConnectionString(), silos[0], workers, cancellationToken).RunAsync();
            workers.ForEach(worker => worker.Dispose());
        }
        finally
        {
            await Task.WhenAll(processes.Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    private Task<WorkerProcess[]> StartWorkersAsync() =>
        Task.WhenAll(Enumerable.Range(1, Workers).Select(number => WorkerProcess.StartAsync(
        new WorkerProcessOptions
        {
            Registry = Sample.Registry,
            Silos = [.. silos.Select(silo => silo.Silo)],
            Name = $"worker-{number}",
        },
        cancellationToken)));

    private async Task FirstReloadAsync()
    {
        var receipt = await silos[0].ReloadAsync(cancellationToken);
        Check(
            receipt is { Outcome: ReloadOutcome.Synced, EndpointsSynced: 2, Version.Value: 1 },
            $"the first reload synced both endpoints: {receipt}");
        Print(
            "reload",
            $"{receipt.EndpointsSynced} endpoints synced, version {receipt.PreviousVersion} to {receipt.Version}, "
            + Milliseconds(receipt.Timings.Total));
    }

    private async Task SecondReloadAsync()
    {
        var receipt = await silos[1].ReloadAsync(cancellationToken);
        Check(
            receipt is { Outcome: ReloadOutcome.UpToDate, Version.Value: 1 },
            $"the second reload found nothing to do: {receipt}");
        Print("reload again", $"up to date, version {receipt.Version}, {Milliseconds(receipt.Timings.Total)}");
    }

    private async Task StormAsync()
    {
        var endpoints = await silos[0].EndpointsAsync(cancellationToken);
        foreach (var endpoint in endpoints)
        {
            var edit = new EndpointEdit { RootPath = endpoint.RootPath + "/next" };
            await silos[endpoint.Id % silos.Count].ChangeAsync(endpoint.Id, edit, cancellationToken);
        }

        var started = Stopwatch.GetTimestamp();
        var receipts = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => silos[caller % silos.Count].ReloadAsync(cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(started);

        var transactions = receipts
            .Where(receipt => receipt.Timings.LockHeld > TimeSpan.Zero)
            .DistinctBy(receipt => (receipt.Silo, receipt.Timings.StartedAt))
            .Count();
        var errors = ErrorsInLog();
        Check(
            receipts.All(receipt => receipt is { InSync: true, Version.Value: 2 }),
            "every caller has a receipt for version 2");
        Check(
            transactions <= MostTransactions,
            $"{Callers} reloads made at most {MostTransactions} writing transactions: {transactions}");
        Check(errors.Count == 0, $"PostgreSQL's log has no error: {string.Join("\n", errors)}");
        Print(
            "storm",
            $"2 endpoints edited, {Callers} concurrent reloads over {silos.Count} silos: "
            + $"{transactions} writing transaction(s), version 1 to 2, "
            + $"{receipts.Length} receipts in {Milliseconds(elapsed)}, {errors.Count} errors in PostgreSQL's log");
    }

    private async Task RoutesAsync()
    {
        var list = await silos[2].RoutesAsync(cancellationToken);
        Check(
            list.Routes.Count == 2 && list.Routes.All(route => route.Since.Value == 2), "both routes are of version 2");
        foreach (var route in list.Routes)
        {
            Print("route", $"{route.Route}   (since version {route.Since})");
        }
    }

    private List<string> ErrorsInLog() =>
        [
            .. File.ReadAllLines(postgres.LogFile).Where(line =>
                line.Contains(" ERROR: ", StringComparison.Ordinal)
                || line.Contains(" FATAL: ", StringComparison.Ordinal)
                || line.Contains(" PANIC: ", StringComparison.Ordinal)),
        ];

    private static SiloProcessOptions Options(PrivatePostgres postgres) => new()
    {
        ClusterConnectionString = postgres.ConnectionString(),
        ClusterId = ClusterId,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Sample.Registry}:CreateTables"] = "true",
        },
    };
}
