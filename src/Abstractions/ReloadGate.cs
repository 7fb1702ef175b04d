using System.Collections.Concurrent;

namespace EndpointSync;

/// <summary>
/// The way to the registries' coordinators for everything in this process, be it a silo or a client. However many ask at once, one request for each
/// registry is under way and one waits for it, so thousands of callers are two messages.
/// </summary>
internal sealed class ReloadGate(IGrainFactory grains, TimeProvider clock)
{
    // A request that was in a silo when it died is answered by nobody, and its gate would stay shut until Orleans gives the request up.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Registry, ReloadScope Scope), Flights<ReloadReceipt>> _flights = new();

    /// <summary>Asks for the registry to be made current, together with everybody else here who asks now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task<ReloadReceipt> ReloadAsync(string registry, CancellationToken cancellationToken) =>
        ReloadAsync(registry, ReloadScope.Everything, cancellationToken);

    /// <summary>Asks for a part of the registry to be made current, together with everybody else here who asks the same now.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="scope">The part.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadScope scope, CancellationToken cancellationToken)
    {
        var flights = _flights.GetOrAdd((registry, scope), key => new Flights<ReloadReceipt>(callers => AskAsync(key.Registry, key.Scope, callers)));
        // Off a calling grain's scheduler: a flight that a busy grain started must not wait for that grain's turns.
        return TaskScheduler.Current == TaskScheduler.Default
            ? flights.JoinAsync(callers: 1, cancellationToken)
            : Task.Run(() => flights.JoinAsync(callers: 1, cancellationToken), CancellationToken.None);
    }

    // The first answer is as good as any: every request was sent after its callers asked, and a sync with nothing to do does nothing.
    private async Task<ReloadReceipt> AskAsync(string registry, ReloadScope scope, int callers)
    {
        var coordinator = grains.GetGrain<IEndpointSyncGrain>(registry);
        List<Task<ReloadReceipt>> asked = [];
        while (true)
        {
            // The callers are counted once, however often they are spoken for.
            asked.Add(coordinator.ReloadAsync(new ReloadRequest(asked.Count == 0 ? callers : 0, scope), CancellationToken.None));
            asked[^1].Ignore();
            if (await FirstAnswerAsync(asked) is { } receipt)
            {
                return receipt with { Callers = Math.Max(callers, receipt.Callers) };
            }
        }
    }

    // A request that was refused is no answer while another one is under way, perhaps to the coordinator's next silo.
    private async Task<ReloadReceipt?> FirstAnswerAsync(List<Task<ReloadReceipt>> asked)
    {
        var again = Task.Delay(AskAgainAfter, clock);
        while (await Task.WhenAny([again, .. asked]) is Task<ReloadReceipt> answer)
        {
            if (answer.IsCompletedSuccessfully || asked.Count == 1)
            {
                return await answer;
            }
            asked.Remove(answer);
        }
        return null;
    }
}
