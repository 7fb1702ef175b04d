using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Many workers that ask for a reload at the same moment, after every flag of 100 endpoints was reset and one endpoint
/// was moved, until each holds its table. <see cref="FeedWorker"/> lists the parts of a worker: it has its own lease,
/// feed, table and typed client, and shares its Orleans client. Rivals have a session of their own for each worker. The
/// tables are checked when all workers have ended.
/// </summary>
internal sealed class StormComparison : IComparison
{
    private const int Budgeted = 64;
    private const string RepeatableRead = "repeatable read";
    private const string ReadCommitted = "read committed";

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["max_connections"] = "400",
        ["shared_preload_libraries"] = "pg_stat_statements",
    };

    public string Name => "storm";

    public string Question => "Workers that all reload after every flag was reset, until each has its table";

    public bool IsInQuickRuns => true;

    public string Axis => "workers";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(Settings, async postgres =>
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        await connection.ExecuteAsync("create extension pg_stat_statements", CancellationToken.None);
        await using var ours = await StormDatabase.CreateAsync(postgres, connection, "ours");
        await using var rivals = await StormDatabase.CreateAsync(postgres, connection, "rivals");
        await using var silo = await StormSilo.StartAsync(ours);
        var meter = new StormMeter(connection, postgres.ProcessId);
        foreach (var workers in run.Sized<int[]>(full: [1, 8, 64, 256], quick: [Budgeted]))
        {
            await using var fleet = await FeedFleet.StartAsync(silo, workers);
            await using var sessions = await StormSessions.OpenAsync(rivals, workers);
            await CompareAsync(run, workers, meter, fleet, sessions);
        }
    });

    private static async Task CompareAsync(
        BenchRun run, int workers, StormMeter meter, FeedFleet fleet, StormSessions sessions)
    {
        var found = run.Case(workers);
        var ours = found.Ours("reloads");
        var upstream = found.Rival("upstream's fix (re-created)");
        (Row Row, IStormFleet Fleet)[] rows =
        [
            (ours, fleet),
            (found.Rival("no coordination (re-created)"),
                new AskingFleet(sessions, RepeatableRead, worker => worker.SyncUnlockedAsync())),
            (upstream, new AskingFleet(sessions, RepeatableRead, worker => worker.SyncUnlessLockedAsync())),
            (found.Rival("the fix, READ COMMITTED (re-created)"),
                new AskingFleet(sessions, ReadCommitted, worker => worker.SyncUnlessLockedAsync())),
            (found.Rival("DistributedLock.Postgres"),
                new AskingFleet(sessions, RepeatableRead, worker => worker.SyncUnderLockAsync())),
            (found.Rival("LISTEN, as PostgREST (re-created)"), new ListeningFleet(sessions)),
            (found.Rival("poll of 1 s, as Hasura (re-created)"), new PollingFleet(sessions)),
        ];
        var unseen = rows.Select(row => (new Row("", "", Role.Part), row.Fleet)).ToList();
        // Programs that run in processes of their own have more to compile.
        await MeasureAsync(meter, unseen[..1], run.Sized(full: 10, quick: 60));
        await MeasureAsync(meter, unseen, run.Sized(full: 2, quick: 1));
        await MeasureAsync(meter, rows, run.Sized(full: 12, quick: 15));
        Expect(run, workers, ours, upstream);
    }

    private static async Task MeasureAsync(
        StormMeter meter, IReadOnlyList<(Row Row, IStormFleet Fleet)> rows, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (row, fleet) in rows)
            {
                await meter.MeasureAsync(row, fleet, rounds);
            }
        }
    }

    private static void Expect(BenchRun run, int workers, Row ours, Row upstream)
    {
        run.Expect(Budget.Count(ours, StormMeter.Errors, atMost: 0));
        run.Expect(Budget.Count(ours, StormMeter.Stale, atMost: 0));
        // Beside the sync itself the server counts the audit of its callers, which follows the answers, the heartbeats
        // of the cluster, and the second bumps for earlier versions.
        run.Expect(Budget.Count(ours, StormMeter.Writes, atMost: 3, margin: 1));
        if (workers == Budgeted)
        {
            run.Expect(Budget.Ratio(ours, upstream, atMost: 0.5, margin: 0.2));
        }
    }
}
