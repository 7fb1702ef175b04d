using System.Diagnostics;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Storm;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>
/// One endpoint moved and one reload, until each of many workers of two silos has its version, beside as many no-op
/// grain calls at once. The workers are those of the storm: each has its own lease, feed, table and connection. So each
/// is an open file here and one in its silo.
/// </summary>
internal sealed class WorkersComparison : IComparison
{
    private const int WarmUp = 3;
    private const int Silos = 2;

    // Assemblies, pipes to processes, connections of clients.
    private const int OtherFiles = 1_000;
    private const string Megabytes = "MB";
    private const string Files = "open files";
    private const string ProcessorTime = "silos' ms";
    private const string Processors = "% of a processor";

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public string Name => "workers";

    public string Question => "From a reload's call until every worker has its version";

    public string Axis => "workers";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        await using var database = await StormDatabase.CreateAsync(postgres, connection, "ours");
        await using var silo = await StormSilo.StartAsync(database, Silos);
        foreach (var workers in run.Sized<int[]>(full: [10, 100, 1_000, 5_000], quick: [10, 100]))
        {
            if (workers + OtherFiles > OpenFiles.Limit())
            {
                Console.WriteLine(
                    $"{workers:N0} workers are left out: they need {workers + OtherFiles:N0} open files, and the limit "
                    + $"is {OpenFiles.Limit():N0}. Raise it with ulimit -n.");
                continue;
            }

            await using var fleet = await FeedFleet.StartAsync(silo, workers);
            await CompareAsync(run, silo, fleet, workers);
        }
    });

    private static async Task CompareAsync(BenchRun run, StormSilo silo, FeedFleet fleet, int workers)
    {
        var found = run.Case(workers);
        var floor = found.Floor("as many no-op grain calls");
        var spread = found.Ours("reload, until all workers have it");
        var used = TimeSpan.Zero;
        var rounds = run.Sized(full: 50, quick: 10);
        for (var round = -WarmUp; round < rounds; round++)
        {
            await (round < 0 ? new Samples() : floor.Times).MeasureAsync(() => silo.CallAsync(workers));
            await silo.Database.MoveAsync();
            var before = TimeOf(silo);
            await (round < 0 ? new Samples() : spread.Times).MeasureAsync(fleet.SpreadAsync);
            used += round < 0 ? TimeSpan.Zero : TimeOf(silo) - before;
        }

        // Of both silos together, which says more than the time where other programs run beside them.
        spread.Tally(ProcessorTime, Math.Round(used / rounds / TimeSpan.FromMilliseconds(1)));

        await RestAsync(silo, found.Ours("both silos, while nothing changes"));
    }

    // What the polls of workers cost that have nothing to do.
    private static async Task RestAsync(StormSilo silo, Row row)
    {
        var before = TimeOf(silo);
        await Task.Delay(Idle);
        row.Tally(Processors, Math.Round((TimeOf(silo) - before) / Idle * 100));
        row.Tally(Megabytes, Math.Round(silo.Processes.Max(Memory) / 1e6));
        row.Tally(Files, silo.Processes.Max(OpenFiles.Of));
    }

    private static TimeSpan TimeOf(StormSilo silo) =>
        new(silo.Processes.Sum(id => Read(id, process => process.TotalProcessorTime.Ticks)));

    private static long Memory(int id) => Read(id, process => process.WorkingSet64);

    private static long Read(int id, Func<Process, long> read)
    {
        using var process = Process.GetProcessById(id);
        return read(process);
    }
}
