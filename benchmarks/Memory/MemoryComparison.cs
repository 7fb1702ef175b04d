using EndpointSync.Bench.Matching;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Memory;

/// <summary>
/// The memory of a version's routes in a silo or worker, beside the routes themselves in a list, with no table to match
/// them. Unused objects are collected first.
/// </summary>
internal sealed class MemoryComparison : IComparison
{
    private const string PerRoute = "bytes per route";

    public string Name => "memory";

    public string Question => "What a table's routes take in memory";

    public string Axis => "routes";

    public Task RunAsync(BenchRun run)
    {
        foreach (var size in run.Sized<int[]>(full: [1_000, 10_000, 100_000], quick: [1_000, 10_000]))
        {
            var found = run.Case(size);
            Measure(found.Floor("list of routes"), size, count => MatchShape.Below.Routes(count).ToList());
            Measure(found.Ours("table"), size, MatchShape.Below.Image);
        }

        return Task.CompletedTask;
    }

    private static void Measure<T>(Row row, int size, Func<int, T> make)
        where T : class
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = make(size);
        row.Tally(PerRoute, Math.Round((GC.GetTotalMemory(forceFullCollection: true) - before) / (double)size));
        GC.KeepAlive(made);
    }
}
