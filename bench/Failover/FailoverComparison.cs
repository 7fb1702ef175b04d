using EndpointSync.Local.Silos;

namespace EndpointSync.Bench.Failover;

/// <summary>
/// From the loss of the coordinator's silo, by SIGKILL and by SIGSTOP, to the receipt of a reload that another silo was asked for, with one endpoint
/// due; beside it, in the same rounds, the same reload with the coordinator there. The cluster gives lost silos up after 12 seconds.
/// </summary>
internal static class FailoverComparison
{
    private const int Rounds = 10;

    public static async Task RunAsync()
    {
        Console.WriteLine($"{"failover",-42} {"median",12} {"p99",12} {"ratio",9}");
        await CompareAsync("coordinator's silo killed", Replace);
        await CompareAsync("coordinator's silo frozen", Thaw);

        static Func<Task> Replace(FailoverFleet fleet, SiloProcess silo)
        {
            silo.Kill();
            return fleet.AddAsync;
        }

        static Func<Task> Thaw(FailoverFleet fleet, SiloProcess silo)
        {
            silo.Suspend();
            return () =>
            {
                silo.Resume();
                return Task.CompletedTask;
            };
        }
    }

    // What loses the silo returns what makes the cluster whole again.
    private static Task CompareAsync(string name, Func<FailoverFleet, SiloProcess, Func<Task>> lose) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await FailoverFleet.StartAsync(postgres);
        var floor = new Samples("reload of one endpoint by the coordinator");
        var lost = new Samples(name);
        for (var round = 0; round < Rounds; round++)
        {
            var (coordinator, other) = await fleet.CoordinatorAsync();
            await fleet.DeclareAsync();
            await floor.MeasureAsync(() => fleet.ReloadAsync(other));
            await fleet.DeclareAsync();
            var restore = lose(fleet, coordinator);
            await lost.MeasureAsync(() => fleet.ReloadAsync(other));
            await restore();
        }

        Console.WriteLine(floor.Against(floor));
        Console.WriteLine(lost.Against(floor));
    });
}
