using System.Diagnostics;
using System.Globalization;
using EndpointSync.Publishing;

namespace EndpointSync.Bench;

/// <summary>One match and one delta of a single route, in time and in bytes, in tables of 100 to 100,000 routes; the floor is a lookup in a dictionary.</summary>
internal static class TableComparison
{
    private const int Matches = 200_000;
    private const int Deltas = 2_000;
    private const int Hot = 1_000;

    private static readonly int[] Sizes = [100, 1_000, 5_000, 50_000, 100_000];

    public static Task RunAsync()
    {
        Console.WriteLine($"{"table",-12} {"lookup",12} {"match, hot",12} {"match, any",12} {"bytes",8} {"delta of 1",12} {"bytes",10}");
        foreach (var size in Sizes)
        {
            Measure(Image(size), size);
        }

        return Task.CompletedTask;
    }

    private static void Measure(RouteImage image, int size)
    {
        var random = new Random(7);
        var paths = Enumerable.Range(0, Matches).Select(_ => $"/api/{random.Next(size)}/items/7").ToArray();
        var hot = Enumerable.Range(0, Matches).Select(_ => paths[random.Next(Math.Min(Hot, size))]).ToArray();
        var known = paths.Distinct().ToDictionary(path => path, path => path.Length, StringComparer.Ordinal);
        MatchAll(image, paths);
        var lookup = Nanoseconds(() => paths.Sum(path => known[path]), out _) / Matches;
        var onHot = Nanoseconds(() => MatchAll(image, hot), out _) / Matches;
        var onAny = Nanoseconds(() => MatchAll(image, paths), out var bytes) / Matches;
        var delta = Nanoseconds(() => ApplyAll(image, size), out var deltaBytes) / Deltas;
        Console.WriteLine(FormattableString.Invariant(
            $"{size,-12} {lookup,9:0} ns {onHot,9:0} ns {onAny,9:0} ns {(double)bytes / Matches,8:0.0} {delta / 1000,9:0.0} us {deltaBytes / Deltas,10}"));
    }

    private static int MatchAll(RouteImage image, string[] paths)
    {
        var found = 0;
        foreach (var path in paths)
        {
            found += image.Table.Match(path, "GET").Entry is null ? 0 : 1;
        }

        return found == paths.Length ? found : throw new InvalidOperationException("Not every path was found.");
    }

    // Each delta begins at the same image, as a worker's next one does at what it serves.
    private static int ApplyAll(RouteImage image, int size)
    {
        for (var round = 0; round < Deltas; round++)
        {
            var route = Route(size + round);
            var delta = new RouteDelta(image.Version, image.Version.Next, image.Hash ^ route.Hash, [new PublishedChange(route.Key, route)]);
            if (!image.TryApply(delta, out _, out var reason))
            {
                throw new InvalidOperationException(reason);
            }
        }

        return Deltas;
    }

    private static double Nanoseconds(Func<int> work, out long bytes)
    {
        work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        work();
        var elapsed = Stopwatch.GetElapsedTime(started);
        bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return elapsed.TotalNanoseconds;
    }

    private static RouteImage Image(int size)
    {
        var routes = Enumerable.Range(0, size).Select(Route).ToList();
        var hash = routes.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
        return RouteImage.Empty.TryReplace(new RouteVersion(1), hash, routes, out var image, out var reason) ? image : throw new InvalidOperationException(reason);
    }

    private static PublishedRoute Route(int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        return new PublishedRoute
        {
            Key = $"fastapi.endpoint:{name}:/|/<path:application_path>",
            Rules = [$"/api/{name}/", $"/api/{name}/<path:application_path>"],
            Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"],
            App = "api",
            Hash = ContentHash.Of(name),
        };
    }
}
