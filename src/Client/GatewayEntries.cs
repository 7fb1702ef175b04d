using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Client;

/// <summary>
/// A client's fallback: it calls the gates of other silos, through other gateways. A silo answers with the
/// coordinator's receipt, or syncs without the coordinator.
/// </summary>
internal sealed class GatewayEntries(IGrainFactory grains, TimeProvider clock) : ICoordinatorFallback
{
    // An entry keeps its gateway, and each new entry gets the next gateway, so a few entries reach all gateways. A
    // power of two.
    private const int Count = 16;

    private static readonly TimeSpan CoordinatorTimeout = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan FirstHedge = TimeSpan.FromMilliseconds(150);

    private readonly HedgedCall<ReloadReceipt> _hedged =
        new(new JitteredBackoff(FirstHedge, TimeSpan.FromSeconds(5)), clock);
    private int _last;

    TimeSpan ICoordinatorFallback.CoordinatorTimeout => CoordinatorTimeout;

    // The callers are counted once, even if several entries are called.
    public Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered) =>
        _hedged.FirstAsync(
            before => AskNextAsync(registry, before == 0 ? request : request with { Callers = 0 }), answered);

    /// <summary>An entry by any number; the next number may lead through another gateway.</summary>
    public static IGatewayEntryGrain Entry(IGrainFactory grains, int number) =>
        grains.GetGrain<IGatewayEntryGrain>(number & (Count - 1));

    private Task<ReloadReceipt> AskNextAsync(string registry, ReloadRequest request) =>
        Entry(grains, Interlocked.Increment(ref _last)).ReloadAsync(registry, request, CancellationToken.None);
}
