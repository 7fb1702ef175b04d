using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Local.Postgres;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// All workers of a fleet ask at once for the routes to be brought in line, after a deploy has reset every flag and moved one endpoint, until each has the
/// right table; beside other ways to come there. A worker that has another table after three seconds counts as stale.
/// </summary>
internal sealed class StormComparison : IComparison
{
    private const string Fix = "OpenSPP's fix (re-created)";
    private const int MostRounds = 20;
    private const int Compared = 64;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["shared_preload_libraries"] = "pg_stat_statements",
        ["max_connections"] = "600",
    };

    public string Name => "storm";

    public string Question => "From a deploy's storm of reloads until every worker has the right table";

    public string Axis => "workers";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(Settings, async postgres =>
    {
        var cases = run.Sized<int[]>(full: [1, 8, 64, 256], quick: [64]).Select(run.Case).ToList();
        await using (var database = new StormDatabase(postgres, "postgres"))
        {
            await using var ours = await CoordinatedFleet.StartAsync(postgres.ConnectionString());
            await database.OpenAsync();
            await database.DeclareAsync();
            await MeasureAsync(run, cases, database, ours);
        }

        await using var rivals = await WithoutCoordinatorAsync(postgres);
        foreach (var rival in Rivals(rivals))
        {
            await MeasureAsync(run, cases, rivals, rival);
        }

        cases.ForEach(found => Expect(run, found));
    });

    private static IEnumerable<IStormFleet> Rivals(StormDatabase database) =>
    [
        new OdooFleet("no coordination (re-created)", database, "repeatable read", takesLock: false),
        new OdooFleet(Fix, database, "repeatable read", takesLock: true),
        new OdooFleet("the same under READ COMMITTED (re-created)", database, "read committed", takesLock: true),
        new BlockingLockFleet(database),
        new ListeningFleet(database),
        new PollingFleet(database),
    ];

    // A copy of Odoo's tables without our triggers, which no rival has to pay for.
    private static async Task<StormDatabase> WithoutCoordinatorAsync(PrivatePostgres postgres)
    {
        await using (var template = new StormDatabase(postgres, "template1"))
        {
            await template.OpenAsync();
            // Pools of clients that have ended.
            await template.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'");
            await template.ExecuteAsync("create database rivals template postgres");
        }

        var database = new StormDatabase(postgres, "rivals");
        await database.OpenAsync();
        await database.ExecuteAsync("drop schema endpoint_sync cascade; drop schema orleans cascade");
        return database;
    }

    private static async Task MeasureAsync(BenchRun run, List<Case> cases, StormDatabase database, IStormFleet fleet)
    {
        var workers = new List<IStormWorker>();
        foreach (var found in cases)
        {
            while (workers.Count < found.Number)
            {
                workers.Add(await fleet.StartAsync(workers.Count));
            }

            var row = fleet.Role == Role.Ours ? found.Ours(fleet.Name) : found.Rival(fleet.Name);
            var patience = TimeSpan.FromSeconds(run.Sized(full: 3, quick: 1.5));
            await MeasureAsync(run, row, () => new StormRound(database, fleet, workers, patience).RunAsync);
        }

        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
    }

    private static async Task MeasureAsync(BenchRun run, Row row, Func<Func<Row, Task>> round)
    {
        var (least, time) = (run.Sized(full: 3, quick: 2), TimeSpan.FromSeconds(run.Sized(full: 8, quick: 0)));
        await round()(new Row("", "", Role.Part));
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < least || (number < MostRounds && Stopwatch.GetElapsedTime(begun) < time); number++)
        {
            await round()(row);
        }
    }

    private static void Expect(BenchRun run, Case found)
    {
        var ours = found.Rows.Single(row => row.Role == Role.Ours);
        run.Expect(Budget.Count(ours, StormRound.Errors, atMost: 0));
        run.Expect(Budget.Count(ours, StormRound.Stale, atMost: 0));
        // The server's count has the cluster's heartbeats and the draw of Odoo's sequence too.
        run.Expect(Budget.Count(ours, StormRound.Writes, atMost: 2, margin: 1));
        if (found.Number == Compared)
        {
            run.Expect(Budget.Ratio(ours, found.Rows.Single(row => row.Name == Fix), atMost: 0.5, margin: 0.2));
        }
    }
}
