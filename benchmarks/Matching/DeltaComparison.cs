using System.Collections.Immutable;
using System.Diagnostics;
using EndpointSync.Bench.Model;
using EndpointSync.Publishing;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// One route more in a table, which leaves the old table as it is, beside one entry more in an immutable dictionary of as many, and beside the whole
/// table made anew.
/// </summary>
internal sealed class DeltaComparison : IComparison
{
    private const int Operations = 200;

    public string Name => "delta";

    public string Question => "What one more route costs the table";

    public string Axis => "routes";

    public Task RunAsync(BenchRun run)
    {
        foreach (var size in run.Sized<int[]>(full: [100, 1_000, 5_000, 50_000, 100_000], quick: [100, 1_000, 10_000]))
        {
            Compare(run, size);
        }

        return Task.CompletedTask;
    }

    private static void Compare(BenchRun run, int size)
    {
        var found = run.Case(size);
        var delta = found.Ours("delta of one route");
        var entry = found.Floor("entry of an immutable dictionary");
        var anew = found.Rival("table made anew");
        var more = Enumerable.Range(size, Operations).Select(DeclaredRoutes.One).ToArray();
        var known = DeclaredRoutes.Of(size).ToImmutableDictionary(route => route.Key, StringComparer.Ordinal);
        var image = DeclaredRoutes.Image(size);
        var deltas = more.Select(route => new RouteDelta(image.Version, image.Version.Next, image.Hash ^ route.Hash, [new PublishedChange(route.Key, route)])).ToArray();
        var batches = new Batches(Operations);
        batches.Add(delta, () => ApplyAll(image, deltas));
        batches.Add(entry, () => AddAll(known, more));
        batches.Measure(run.Sized(full: 100, quick: 30));
        MeasureAnew(anew, size, run.Sized(full: 10, quick: 3));
    }

    private static void AddAll(ImmutableDictionary<string, PublishedRoute> known, PublishedRoute[] more)
    {
        foreach (var route in more)
        {
            GC.KeepAlive(known.SetItem(route.Key, route));
        }
    }

    // Each delta begins at the same image, as a worker's next one does at what it serves.
    private static void ApplyAll(RouteImage image, RouteDelta[] deltas)
    {
        foreach (var delta in deltas)
        {
            if (!image.TryApply(delta, out _, out var reason))
            {
                throw new InvalidOperationException(reason);
            }
        }
    }

    private static void MeasureAnew(Row row, int size, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            GC.KeepAlive(DeclaredRoutes.Image(size + 1));
            row.Times.Add(Stopwatch.GetElapsedTime(started));
        }
    }
}
