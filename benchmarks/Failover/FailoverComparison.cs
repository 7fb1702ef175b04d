using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Bench.Failover;

/// <summary>
/// From the loss of the coordinator's silo, by SIGKILL and by SIGSTOP, or of Postgres by a restart, to the receipt of a
/// reload through another silo, with one endpoint due, and until every worker serves its path. Beside it, in the same
/// rounds, the same reload without a loss. The cluster declares lost silos dead after 12 seconds. Orleans' defaults are
/// measured with a grain that does nothing but one update, in silos of their own.
/// </summary>
internal sealed class FailoverComparison : IComparison
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    public string Name => "failover";

    public string Question => "How long the next reload takes when something is lost";

    public async Task RunAsync(BenchRun run)
    {
        var killed = await CompareAsync(run, "coordinator killed", Kill);
        var frozen = await CompareAsync(run, "coordinator frozen", Freeze);
        await CompareAsync(run, "Postgres restarted", Restart);
        if (!run.IsQuick)
        {
            await ComparePlainAsync(killed, PlainCluster.Kill, _ => { });
            await ComparePlainAsync(frozen, PlainCluster.Freeze, PlainCluster.Kill);
        }
    }

    // A method that loses something returns the action that restores it.
    private static Func<Task> Kill(FailoverFleet fleet, SiloProcess silo)
    {
        silo.Kill();
        return fleet.AddAsync;
    }

    // A frozen silo that resumes ends as soon as it finds that the others declared it dead, which may be in the middle
    // of the next round.
    private static Func<Task> Freeze(FailoverFleet fleet, SiloProcess silo)
    {
        silo.Suspend();
        return () => Kill(fleet, silo)();
    }

    private static Func<Task> Restart(FailoverFleet fleet, SiloProcess silo)
    {
        var restarted = fleet.RestartPostgresAsync();
        return () => restarted;
    }

    private static async Task<Case> CompareAsync(
        BenchRun run, string name, Func<FailoverFleet, SiloProcess, Func<Task>> lose)
    {
        var found = run.Case(name);
        var floor = found.Floor("reload, all there");
        var lost = found.Ours("reload after the loss");
        var served = found.Ours("until all workers serve it");
        await BenchPostgres.UseAsync(async postgres =>
        {
            await using var fleet = await FailoverFleet.StartAsync(postgres);
            for (var round = 0; round < run.Sized(full: 10, quick: 1); round++)
            {
                var (coordinator, other) = await fleet.CoordinatorAsync();
                await fleet.DeclareAsync();
                await floor.MeasureAsync(() => fleet.ReloadAsync(other));
                var path = await fleet.DeclareAsync();
                var begun = Stopwatch.GetTimestamp();
                var restore = lose(fleet, coordinator);
                await fleet.ReloadUntilTakenAsync(other);
                lost.Times.Add(Stopwatch.GetElapsedTime(begun));
                await fleet.UntilServedAsync(path);
                served.Times.Add(Stopwatch.GetElapsedTime(begun));
                await restore();
            }
        });
        run.Expect(Budget.Time(lost, Longest, margin: 0.2, Statistic.Percentile99));
        return found;
    }

    private static async Task ComparePlainAsync(Case found, Action<PlainSiloName> lose, Action<PlainSiloName> end)
    {
        const int Rounds = 3;
        var row = found.Rival("a plain grain under Orleans' defaults");
        for (var round = 0; round < Rounds; round++)
        {
            await BenchPostgres.UseAsync(async postgres =>
            {
                await using var cluster = await PlainCluster.StartAsync(postgres);
                var (host, other) = await cluster.HostAsync();
                lose(host);
                await row.MeasureAsync(() => cluster.ReloadUntilTakenAsync(other));
                // A frozen process does not react to a request to end.
                end(host);
            });
        }
    }
}
