using System.Diagnostics;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>One storm: a deploy, all workers at once, and requests to each until it has the right table.</summary>
/// <param name="database">The database.</param>
/// <param name="fleet">The way that is measured.</param>
/// <param name="workers">Its workers.</param>
/// <param name="patience">Who has not the right table by then has served wrong answers for long, and counts as stale.</param>
internal sealed class StormRound(StormDatabase database, IStormFleet fleet, IReadOnlyList<IStormWorker> workers, TimeSpan patience)
{
    public const string Errors = "errors";
    public const string Writes = "writing transactions, most";
    public const string Stale = "stale workers";
    private const string Statements = "statements, most";
    private const string Connections = "connections";
    private const string Cpu = "CPU s, most";

    // Each worker has its next request so soon.
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMilliseconds(10);

    private int _errors;
    private int _stale;

    public async Task RunAsync(Row row)
    {
        var expected = await database.DeployAsync();
        var before = await database.WorkAsync();
        var cpu = ProcessorTime.Of(database.ServerId, fleet.Processes);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(workers.Select(worker => Task.Run(() => RunAsync(worker, expected, started))));
        row.Times.Add(Stopwatch.GetElapsedTime(started));
        row.TallyMost(Cpu, ProcessorTime.Of(database.ServerId, fleet.Processes) - cpu);
        var after = await database.WorkAsync();
        row.Tally(Errors, _errors);
        row.Tally(Stale, _stale);
        row.TallyMost(Writes, after.Writes - before.Writes);
        row.TallyMost(Statements, after.Statements - before.Statements);
        row.TallyMost(Connections, after.Connections);
    }

    private async Task RunAsync(IStormWorker worker, string expected, long started)
    {
        try
        {
            await worker.ReloadAsync();
        }
        catch (PostgresException)
        {
            Interlocked.Increment(ref _errors);
        }

        while (await worker.ServeAsync() != expected)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                Interlocked.Increment(ref _stale);
                return;
            }

            await Task.Delay(BetweenRequests);
        }
    }
}
