using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Propagation.Rivals;
using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Propagation;

/// <summary>
/// One route written until each of eight server processes answers its path with 200, while all of them answer other
/// requests. Ours is the way from an endpoint's INSERT in Postgres to the workers. Beside it, in the same rounds, the
/// floor: one commit, and one request to a worker for a path that it serves already. Rivals keep routes in memory or in
/// etcd and get the new one at once, with no database in between.
/// </summary>
internal sealed class PropagateComparison : IComparison
{
    private const int Workers = 8;
    private const int LeastBudgeted = 5_000;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    public string Name => "propagate";

    public string Question => "From a route's write until 8 workers answer its path";

    public bool IsInQuickRuns => true;

    public string Axis => "routes";

    public async Task RunAsync(BenchRun run)
    {
        var cases = run.Sized<int[]>(full: [100, 1_000, 5_000, 50_000], quick: [1_000])
            .Select(size => (Size: size, Case: run.Case(size)))
            .ToList();
        var ours = cases.ToDictionary(
            one => one.Size,
            one => (Served: one.Case.Ours("EndpointSync"), Floor: one.Case.Floor("one commit, then one request")));
        await BenchPostgres.UseAsync(async postgres =>
        {
            await using var fleet = await EndpointSyncFleet.StartAsync(
                postgres, new ServingFleetOptions(Workers));
            var rounds = new PropagationRounds(run, fleet);
            foreach (var (size, _) in cases)
            {
                await rounds.MeasureAsync(size, ours[size].Served, ours[size].Floor, fleet.CommitOnceAsync);
            }
        });

        foreach (var rival in RivalFleets.Of(run.IsQuick))
        {
            await using var fleet = await rival.StartAsync(Workers);
            var rounds = new PropagationRounds(run, fleet);
            foreach (var (size, found) in cases.Where(one => one.Size <= rival.MostRoutes))
            {
                var row = found.Rival(rival.Name);
                await rounds.MeasureAsync(size, row);
                if (rival.Name == RivalFleets.Yarp && size == LeastBudgeted)
                {
                    run.Expect(Budget.Ratio(ours[size].Served, row, atMost: 0.1, margin: 0.5));
                }
            }
        }

        foreach (var (served, _) in ours.Values)
        {
            run.Expect(Budget.Time(served, Longest, margin: 1));
            run.Expect(Budget.Count(served, PropagationRounds.Failed, atMost: 0));
            run.Expect(Budget.Count(served, PropagationRounds.Closed, atMost: 0));
        }
    }
}
