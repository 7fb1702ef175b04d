using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Calling;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Callers;

/// <summary>
/// Many reloads asked for at the same moment through one client, with nothing to do and with one change due, until the
/// last one has its receipt; beside as many no-op grain calls of the same client.
/// </summary>
internal sealed class CallersComparison : IComparison
{
    private const int WarmUp = 3;
    private const int Budgeted = 10_000;

    public string Name => "callers";

    public string Question => "Concurrent reloads through one client, until the last receipt";

    public bool IsInQuickRuns => true;

    public string Axis => "callers";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var client = await CallingClient.StartAsync(postgres);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var rounds = run.Sized(full: 100, quick: 15);
        foreach (var callers in run.Sized<int[]>(full: [1, 100, 1_000, 10_000], quick: [1, 10_000]))
        {
            await CompareAsync(run, callers, rounds, new CallersRound(client, connection, callers, rounds));
        }
    });

    private static async Task CompareAsync(BenchRun run, int callers, int rounds, CallersRound round)
    {
        var found = run.Case(callers);
        var floor = found.Floor("no-op grain calls");
        var idle = found.Ours("reloads, nothing to do");
        var due = found.Ours("reloads, one change due");
        for (var number = 0; number < WarmUp; number++)
        {
            var discarded = new Case("", null);
            await round.MeasureAsync(discarded.Floor(""), discarded.Ours(""), discarded.Ours(""));
        }

        for (var number = 0; number < rounds; number++)
        {
            await round.MeasureAsync(floor, idle, due);
        }

        foreach (var reloads in (Row[])[idle, due])
        {
            run.Expect(Budget.Count(reloads, CallersRound.Errors, atMost: 0));
            if (callers == Budgeted)
            {
                run.Expect(Budget.Ratio(reloads, floor, atMost: 1.5, margin: 0.2));
            }
        }

        // Three transactions: the sync, which inserts a route under a savepoint, the bump of Odoo's sequence, and the
        // audit of all callers, which follows the answers. The rest is the cluster's heartbeats, the second bumps for
        // earlier versions, and the server's own work.
        run.Expect(Budget.Count(due, CallersRound.Writes, atMost: 4, margin: 0.2));
    }
}
