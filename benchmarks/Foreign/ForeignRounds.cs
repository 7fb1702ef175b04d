using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Foreign;

/// <summary>Rounds of one way of writing, each with an endpoint of its own.</summary>
/// <param name="fleet">The fleet that answers.</param>
/// <param name="endpoints">The endpoints that are written.</param>
/// <param name="writing">The way of writing.</param>
/// <param name="pause">
/// The longest pause before a write: the time between two polls, where only polls find it.
/// </param>
internal sealed class ForeignRounds(
    ServingFleet fleet, DeclaredEndpoints endpoints, ForeignWriting writing, TimeSpan pause)
{
    private int _moved;

    public async Task MeasureAsync(Case found, int warmUp, int rounds)
    {
        var served = found.Ours("commit to 200 of all workers");
        var floor = found.Floor("one commit, then one request");
        for (var round = 0; round < warmUp + rounds; round++)
        {
            var isWarm = round >= warmUp;
            await MeasureAsync(isWarm ? served.Times : new Samples(), isWarm ? floor.Times : new Samples());
        }

        var repaired = await endpoints.ScalarAsync<long>(
            "select count(*) from endpoint_sync.foreign_writes where outcome <> 'adopted'");
        if (repaired > 0)
        {
            throw new InvalidOperationException(
                $"{repaired} foreign writes were repaired, so what was measured is not their way.");
        }
    }

    private async Task MeasureAsync(Samples served, Samples floor)
    {
        await floor.MeasureAsync(async () =>
        {
            await endpoints.CommitOnceAsync();
            await fleet.Asked.AskOnceAsync(DeclaredEndpoints.PathOf(endpoints.Count));
        });
        // The previous round ended with a poll, but a writer may come at any time between two polls.
        await Task.Delay(pause * Random.Shared.NextDouble());
        var path = await writing.MoveAsync(endpoints, ++_moved);
        await served.MeasureAsync(() => fleet.Asked.UntilServedAsync(path));
    }
}
