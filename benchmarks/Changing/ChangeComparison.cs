using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Calling;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Changing;

/// <summary>
/// A reload through the typed client with 1 to 100,000 endpoints moved in registries of 100 to 100,000, until its
/// receipt; beside a COPY of as many route rows into a table of the same shape.
/// </summary>
internal sealed class ChangeComparison : IComparison
{
    private const string Exponent = "exponent of cost by registry size";
    private const int Warm = 30;
    private const int All = 100_000;

    private static readonly Dictionary<string, string> LongDeadline = new()
    {
        ["EndpointSync:Sync:Deadline"] = "00:00:29",
        ["EndpointSync:Sync:StatementTimeout"] = "00:00:25",
    };

    public string Name => "change";

    public string Question => "What a sync costs by what has changed and by what there is";

    public bool IsInQuickRuns => true;

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var client = await CallingClient.StartAsync(postgres, LongDeadline);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var registry = new ChangingRegistry(client, connection);
        await registry.CreateAsync();
        var single = new List<(int Size, Row Row)>();
        foreach (var size in run.Sized<int[]>(full: [100, 10_000, All], quick: [100, 10_000]))
        {
            await registry.GrowAsync(size);
            foreach (
                var changed in run.Sized<int[]>(full: [1, 10, 1_000, All], quick: [1, 1_000]).Where(
                    changed => changed <= size))
            {
                var row = await CompareAsync(run, registry, size, changed);
                if (changed == 1)
                {
                    single.Add((size, row));
                }
            }
        }

        ExpectSizeToMatterLittle(run, single);
    });

    private static async Task<Row> CompareAsync(BenchRun run, ChangingRegistry registry, int size, int changed)
    {
        var found = run.Case(FormattableString.Invariant($"{changed:N0} of {size:N0}"));
        var sync = found.Ours("reload");
        var copy = found.Floor("COPY of the same rows");
        var rounds = changed switch
        {
            < 1_000 => run.Sized(full: 100, quick: 30),
            < All => run.Sized(full: 20, quick: 3),
            _ => 4,
        };
        for (var round = changed == 1 ? -Warm : -1; round < rounds; round++)
        {
            await registry.EditAsync(changed);
            await (round < 0 ? new Samples() : sync.Times).MeasureAsync(registry.ReloadAsync);
            await registry.EmptyCopyAsync();
            await (round < 0 ? new Samples() : copy.Times).MeasureAsync(() => registry.CopyAsync(changed));
        }

        if (changed == All)
        {
            run.Expect(Budget.Ratio(sync, copy, atMost: 5, margin: 0.2).KnownToCome(20));
        }

        return sync;
    }

    private static void ExpectSizeToMatterLittle(BenchRun run, List<(int Size, Row Row)> single)
    {
        var points = single.Select(one => (X: Math.Log(one.Size), Y: Math.Log(one.Row.Times.Median))).ToList();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var largest = single[^1].Row;
        largest.Tally(
            Exponent,
            points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x)));
        run.Expect(Budget.Ratio(largest, single[0].Row, atMost: 2, margin: 0.3));
        run.Expect(Budget.Count(largest, Exponent, atMost: 0.1, margin: 0.5));
    }
}
