using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Micro;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// One request's path matched with the route table, beside a lookup of the whole path in a dictionary, which knows no
/// variable, and beside the endpoint routing of ASP.NET Core with the same routes, mapped by the application and made
/// by YARP.
/// </summary>
/// <param name="shape">What routes and paths are like.</param>
internal sealed class MatchComparison(MatchShape shape) : IComparison
{
    private const int LeastAgainstAspNetCore = 1_000;

    // For more routes ASP.NET Core takes minutes to make a matcher. The matcher for the routes of endpoints is made all
    // the same; YARP's would be another one.
    private const int Many = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(0.2);

    // Among so many each step waits for memory, on some machines for longer.
    private const double KnownOfMost = 0.39;

    public string Name => $"match-{shape.Name}";

    public string Question => $"What one match costs of {shape.Title}";

    public string Axis => "routes";

    public bool IsInQuickRuns => shape == MatchShape.Below;

    public Task RunAsync(BenchRun run)
    {
        MatchBenchmarks.Shape = shape;
        MatchBenchmarks.Sizes = run.Sized<int[]>(full: [100, 1_000, 10_000, 100_000], quick: [100, 10_000]);
        var rows = MatchBenchmarks.Sizes.ToDictionary(size => size, size => RowsOf(run.Case(size), size));
        MicroRuns.Measure<MatchBenchmarks>(run, (size, method) => rows[size].GetValueOrDefault(method));
        foreach (var size in MatchBenchmarks.Sizes)
        {
            var match = rows[size][nameof(MatchBenchmarks.Table)];
            var quick = Budget.Time(match, Longest, margin: 0.5);
            run.Expect(size > Many ? quick.KnownToCome(KnownOfMost) : quick);
            run.Expect(Budget.Count(match, MicroRuns.Bytes, atMost: 0));
            if (size >= LeastAgainstAspNetCore
                && rows[size].TryGetValue(nameof(MatchBenchmarks.AspNetCore), out var rival))
            {
                run.Expect(Budget.Ratio(match, rival, atMost: 1, margin: 0.2));
            }
        }

        return Task.CompletedTask;
    }

    private Dictionary<string, Row> RowsOf(Case found, int size)
    {
        var rows = new Dictionary<string, Row>
        {
            [nameof(MatchBenchmarks.Table)] = found.Ours("route table"),
            [nameof(MatchBenchmarks.TableFewPaths)] = found.Part("route table, 100 paths in turns"),
            [nameof(MatchBenchmarks.Dictionary)] = found.Floor("dictionary of whole paths"),
        };
        if (size <= Many || shape.Rules == MatchShape.Below.Rules)
        {
            rows.Add(nameof(MatchBenchmarks.AspNetCore), found.Rival("ASP.NET Core routing"));
        }

        if (size <= Many)
        {
            rows.Add(nameof(MatchBenchmarks.Yarp), found.Rival("YARP's endpoints"));
        }

        return rows;
    }
}
