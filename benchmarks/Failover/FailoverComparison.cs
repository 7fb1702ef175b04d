using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Local.Silos;

namespace EndpointSync.Bench.Failover;

/// <summary>
/// From the loss of the coordinator's silo, by SIGKILL and by SIGSTOP, to the receipt of a reload that another silo was asked for, with one endpoint
/// due; beside it, in the same rounds, the same reload with the coordinator there. The cluster gives lost silos up after 12 seconds.
/// </summary>
internal sealed class FailoverComparison : IComparison
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    public string Name => "failover";

    public string Question => "How long the next reload takes when its coordinator's silo is lost";

    public async Task RunAsync(BenchRun run)
    {
        await CompareAsync(run, "killed", Kill);
        await CompareAsync(run, "frozen", Freeze);
    }

    // What loses the silo returns what makes the cluster whole again.
    private static Func<Task> Kill(FailoverFleet fleet, SiloProcess silo)
    {
        silo.Kill();
        return fleet.AddAsync;
    }

    private static Func<Task> Freeze(FailoverFleet fleet, SiloProcess silo)
    {
        silo.Suspend();
        return () =>
        {
            silo.Resume();
            return Task.CompletedTask;
        };
    }

    private static Task CompareAsync(BenchRun run, string name, Func<FailoverFleet, SiloProcess, Func<Task>> lose) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await FailoverFleet.StartAsync(postgres);
        var found = run.Case(name);
        var floor = found.Floor("reload, coordinator there");
        var lost = found.Ours("reload, coordinator lost");
        for (var round = 0; round < run.Sized(full: 20, quick: 2); round++)
        {
            var (coordinator, other) = await fleet.CoordinatorAsync();
            await fleet.DeclareAsync();
            await floor.MeasureAsync(() => fleet.ReloadAsync(other));
            await fleet.DeclareAsync();
            var restore = lose(fleet, coordinator);
            await lost.MeasureAsync(() => fleet.ReloadAsync(other));
            await restore();
        }

        run.Expect(Budget.Time(lost, Longest, margin: 0.2, Statistic.Percentile99));
    });
}
