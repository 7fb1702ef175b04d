using System.Diagnostics;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Registries;

/// <summary>
/// One silo process with 1 to 500 registries, each in a schema of its own in one database: what a reload of any of them
/// takes, with one endpoint due, what the silo needs of memory, and what it and its database do while nobody asks for
/// anything.
/// </summary>
internal sealed class RegistriesComparison : IComparison
{
    public const string Megabytes = "silo MB";

    private const string Connections = "Postgres connections";
    private const string Idle = "idle, % of a processor";

    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idling = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, string> Settings = new() { ["max_connections"] = "400" };

    public string Name => "registries";

    public string Question => "What a reload takes in a cluster with many registries";

    public string Axis => "registries";

    public async Task RunAsync(BenchRun run)
    {
        foreach (var count in run.Sized<int[]>(full: [1, 10, 100, 500], quick: [1, 10]))
        {
            await BenchPostgres.UseAsync(Settings, async postgres =>
            {
                await using var cluster = await RegistriesCluster.StartAsync(postgres, count);
                await MeasureAsync(run, cluster, count);
            });
        }
    }

    private static async Task MeasureAsync(BenchRun run, RegistriesCluster cluster, int count)
    {
        var found = run.Case(count);
        var floor = found.Floor("one commit");
        var reload = found.Ours("reload of any registry");
        await cluster.ReloadAllAsync();
        var random = new Random(7);
        for (var round = 0; round < run.Sized(full: 200, quick: 30); round++)
        {
            var registry = random.Next(count);
            await floor.MeasureAsync(() => cluster.DeclareAsync(registry));
            await reload.MeasureAsync(() => cluster.ReloadAsync(registry));
        }

        await Task.Delay(run.Sized(full: QuietTime, quick: TimeSpan.Zero));
        reload.Tally(Megabytes, Math.Round(cluster.Memory / 1e6));
        reload.Tally(Connections, await cluster.ConnectionsAsync());
        reload.Tally(Idle, await IdleAsync(cluster, run.Sized(full: Idling, quick: TimeSpan.FromSeconds(1))));
    }

    private static async Task<double> IdleAsync(RegistriesCluster cluster, TimeSpan time)
    {
        var (begun, before) = (Stopwatch.GetTimestamp(), cluster.ProcessorTime());
        await Task.Delay(time);
        return Math.Round(
            cluster.ProcessorTime().Since(before) / Stopwatch.GetElapsedTime(begun).TotalSeconds * 100, 1);
    }
}
