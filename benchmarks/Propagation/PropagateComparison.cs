using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Propagation;

/// <summary>
/// From a committed endpoint until each of eight worker processes answers its path with 200: the reload is posted when the endpoint is committed, and
/// all workers are asked for the path again and again from its receipt on. Beside it, in the same rounds, what cannot be had for less: one commit, and
/// one request to a worker for a path that it serves already.
/// </summary>
internal sealed class PropagateComparison : IComparison
{
    private const int Workers = 8;
    private const int WarmUp = 5;

    // For so long eleven new processes compile what they run often, on the processors that the rounds need; a fleet that has run for a minute is done.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    public string Name => "propagate";

    public string Question => "From a committed endpoint until 8 workers answer its path";

    public string Axis => "endpoints";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        var sizes = run.Sized<int[]>(full: [100, 1_000, 5_000, 50_000], quick: [100, 1_000]);
        await using var fleet = await ServingFleet.StartAsync(postgres, new ServingFleetOptions(Workers));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(sizes[0]);
        await fleet.StartWorkersAsync(postgres);
        await SettleAsync(new PropagationRound(fleet, endpoints), run.Sized(full: Settling, quick: TimeSpan.Zero));
        foreach (var size in sizes)
        {
            await endpoints.DeclareAsync(size);
            await MeasureAsync(run, size, new PropagationRound(fleet, endpoints));
        }
    });

    private static async Task SettleAsync(PropagationRound round, TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < time)
        {
            await round.FloorAsync();
            await round.PropagateAsync();
        }
    }

    private static async Task MeasureAsync(BenchRun run, int size, PropagationRound round)
    {
        var found = run.Case(size);
        var served = found.Ours("commit to 200 of all workers");
        var floor = found.Floor("one commit, then one request");
        var receipt = found.Part("commit to receipt");
        var others = found.Part("receipt to 200 of all workers");
        for (var number = 0; number < WarmUp + run.Sized(full: 100, quick: 15); number++)
        {
            var floorTime = await round.FloorAsync();
            var (toReceipt, toServed) = await round.PropagateAsync();
            if (number >= WarmUp)
            {
                floor.Times.Add(floorTime);
                served.Times.Add(toServed);
                receipt.Times.Add(toReceipt);
                others.Times.Add(toServed - toReceipt);
            }
        }

        run.Expect(Budget.Time(served, Longest, margin: 1));
    }
}
