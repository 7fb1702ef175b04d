namespace EndpointSync.Client;

/// <summary>
/// Asks silos to make a registry current, whichever gateways lead to them. A silo that has the coordinator's answer, or does without it, answers.
/// </summary>
internal sealed class Doors(IGrainFactory grains, TimeProvider clock) : IStandIn
{
    // A door stays with its gateway, and a door that is asked for the first time gets the next gateway, so a few lead through all. A power of two.
    private const int Count = 16;

    private readonly FirstAnswer _first = new(new RetryDelays(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(5)), clock);
    private int _last;

    public TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(500);

    // The callers are counted once, at however many doors they are spoken for.
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered) =>
        _first.OfAsync(before => AskNextAsync(registry, before == 0 ? request : request with { Callers = 0 }), answered);

    private Task<ReloadReceipt> AskNextAsync(string registry, ReloadRequest request) =>
        grains.GetGrain<IReloadDoorGrain>(Interlocked.Increment(ref _last) & (Count - 1)).ReloadAsync(registry, request, CancellationToken.None);
}
