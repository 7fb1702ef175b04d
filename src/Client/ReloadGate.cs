using System.Collections.Concurrent;

namespace EndpointSync.Client;

/// <summary>The way to the registries' coordinators for everything in this process: one request under way for each registry, and one that waits.</summary>
internal sealed class ReloadGate(IClusterClient cluster, TimeProvider clock)
{
    // A request that was in a silo when it died is answered by nobody, and its gate would stay shut until Orleans gives the request up.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Flights<ReloadReceipt>> _flights = new(StringComparer.Ordinal);

    public Task<ReloadReceipt> JoinAsync(string registry, CancellationToken cancellationToken)
    {
        var flights = _flights.GetOrAdd(registry, name => new Flights<ReloadReceipt>(callers => AskAsync(name, callers)));
        // Off the caller's scheduler: the flight is not its alone.
        return Task.Run(() => flights.JoinAsync(callers: 1, cancellationToken), CancellationToken.None);
    }

    // The first answer is as good as any: every request was sent after its callers asked, and a sync with nothing to do does nothing.
    private async Task<ReloadReceipt> AskAsync(string registry, int callers)
    {
        var coordinator = cluster.GetGrain<IEndpointSyncGrain>(registry);
        List<Task<ReloadReceipt>> asked = [];
        while (true)
        {
            asked.Add(coordinator.ReloadAsync(new ReloadRequest(callers), CancellationToken.None));
            asked[^1].Ignore();
            if (await FirstAsync(asked) is { } answer)
                return await answer;
        }
    }

    private async Task<Task<ReloadReceipt>?> FirstAsync(List<Task<ReloadReceipt>> asked)
    {
        try
        {
            return await Task.WhenAny(asked).WaitAsync(AskAgainAfter, clock);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
