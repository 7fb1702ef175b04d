using System.Diagnostics;
using EndpointSync.Bench.Micro;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// One route more in a table, beside one entry more in an immutable dictionary of as many, and beside the whole table
/// made anew.
/// </summary>
internal sealed class DeltaComparison : IComparison
{
    public string Name => "delta";

    public string Question => "What one more route costs the table";

    public string Axis => "routes";

    public Task RunAsync(BenchRun run)
    {
        DeltaBenchmarks.Sizes = run.Sized<int[]>(full: [100, 1_000, 10_000, 100_000], quick: [100, 10_000]);
        var rows = DeltaBenchmarks.Sizes.ToDictionary(size => size, size => RowsOf(run, run.Case(size), size));
        MicroRuns.Measure<DeltaBenchmarks>(run, (size, method) => rows[size][method]);
        return Task.CompletedTask;
    }

    private static Dictionary<string, Row> RowsOf(BenchRun run, Case found, int size)
    {
        var rows = new Dictionary<string, Row>
        {
            [nameof(DeltaBenchmarks.Delta)] = found.Ours("delta of one route"),
            [nameof(DeltaBenchmarks.Entry)] = found.Floor("entry of an immutable dictionary"),
        };
        MeasureAnew(found.Rival("table made anew"), size, run.Sized(full: 10, quick: 3));
        return rows;
    }

    private static void MeasureAnew(Row row, int size, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            GC.KeepAlive(MatchShape.Below.Image(size + 1));
            row.Times.Add(Stopwatch.GetElapsedTime(started));
        }
    }
}
