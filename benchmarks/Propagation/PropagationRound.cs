using System.Diagnostics;
using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Propagation;

/// <summary>What one round measures.</summary>
internal sealed class PropagationRound(ServingFleet fleet, DeclaredEndpoints endpoints)
{
    /// <summary>One row committed where no trigger is, and then one request to one worker for a path that it serves.</summary>
    public async Task<TimeSpan> FloorAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await endpoints.CommitOnceAsync();
        await fleet.AskOnceAsync(DeclaredEndpoints.PathOf(endpoints.Count));
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Commits an endpoint; then, from its commit, a reload until its receipt and until all workers serve it.</summary>
    public async Task<(TimeSpan ToReceipt, TimeSpan ToServed)> PropagateAsync()
    {
        var path = await endpoints.AddAsync();
        var started = Stopwatch.GetTimestamp();
        var reload = fleet.ReloadAsync();
        var served = fleet.UntilServedAsync(path, reload);
        await reload;
        var toReceipt = Stopwatch.GetElapsedTime(started);
        await served;
        return (toReceipt, Stopwatch.GetElapsedTime(started));
    }
}
