using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Routing;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// One request's path matched with the route table, beside a lookup of the whole path in a dictionary, which knows no variable, and beside the endpoint
/// routing of ASP.NET Core with the same routes. All are asked for the same paths, one after the other on one thread.
/// </summary>
internal sealed class MatchComparison : IComparison
{
    private const int Operations = 10_000;
    private const int Hot = 100;
    private const int LeastAgainstAspNetCore = 1_000;

    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(0.2);

    public string Name => "match";

    public string Question => "What one match of a path costs";

    public string Axis => "routes";

    public async Task RunAsync(BenchRun run)
    {
        foreach (var size in run.Sized<int[]>(full: [100, 1_000, 5_000, 50_000, 100_000], quick: [100, 1_000, 10_000]))
        {
            await CompareAsync(run, size);
        }
    }

    private static async Task CompareAsync(BenchRun run, int size)
    {
        var found = run.Case(size);
        var match = found.Ours("route table");
        var hot = found.Part("route table, 100 paths in turns");
        var lookup = found.Floor("dictionary of whole paths");
        var rival = found.Rival("ASP.NET Core routing");
        var paths = DeclaredRoutes.Paths(size, Operations);
        var few = Enumerable.Range(0, Operations).Select(number => paths[number % Hot]).ToArray();
        var known = paths.Distinct().ToDictionary(path => path, path => path.Length, StringComparer.Ordinal);
        var table = DeclaredRoutes.Image(size).Table;
        await using var aspNetCore = new AspNetCoreRouting(size);
        var received = AspNetCoreRouting.Receive(paths);
        var batches = new Batches(Operations);
        batches.Add(match, () => MatchAll(table, paths));
        batches.Add(hot, () => MatchAll(table, few));
        batches.Add(lookup, () => LookUpAll(known, paths));
        batches.Add(rival, () => aspNetCore.MatchAll(received));
        batches.Measure(run.Sized(full: 200, quick: 50));

        run.Expect(Budget.Time(match, Longest, margin: 0.5));
        run.Expect(Budget.Count(match, "bytes", atMost: 0));
        if (size >= LeastAgainstAspNetCore)
        {
            run.Expect(Budget.Ratio(match, rival, atMost: 1, margin: 0.2));
        }
    }

    private static void LookUpAll(Dictionary<string, int> known, string[] paths)
    {
        foreach (var path in paths)
        {
            if (known[path] == 0)
            {
                throw new InvalidOperationException($"{path} was not found.");
            }
        }
    }

    private static void MatchAll(RouteTable table, string[] paths)
    {
        foreach (var path in paths)
        {
            if (table.Match(path, "GET").Entry is null)
            {
                throw new InvalidOperationException($"{path} was not found.");
            }
        }
    }
}
