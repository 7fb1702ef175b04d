using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client;

/// <summary>Gives each caller its own patience, and everything shared to the gate.</summary>
internal sealed class EndpointSyncClient(ICluster cluster, TimeProvider clock, ILogger<ReloadGate> logger) : IEndpointSyncClient
{
    private static readonly ReloadOptions Defaults = new();
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestConvergence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLockWait = TimeSpan.FromMinutes(1);

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
    private ReloadGate? _gate;

    public async Task<ReloadReceipt> ReloadAsync(string registry, ReloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= Defaults;
        Check(registry);
        Check(options);
        using var deadline = new CancellationTokenSource(options.Timeout, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var attempts = new Attempts();
        try
        {
            var receipt = await WaitForLockAsync(await RetryAsync(registry, attempts, patience.Token), options, attempts, patience.Token);
            var waited = await WaitForOthersAsync(receipt, options, patience.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return waited;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoReceipt(registry, options.Timeout, attempts.LastFailure);
        }
    }

    private async Task<ReloadReceipt> RetryAsync(string registry, Attempts attempts, CancellationToken patience)
    {
        while (true)
        {
            try
            {
                var grains = await cluster.GrainsAsync(patience);
                return await LazyInitializer.EnsureInitialized(ref _gate, () => NewGate(grains)).ReloadAsync(registry, patience);
            }
            catch (Exception failure) when (ClusterFailures.MayHeal(failure))
            {
                attempts.LastFailure = failure;
            }

            await Task.Delay(_delays.Before(attempts.Failed++), clock, patience);
        }
    }

    private ReloadGate NewGate(IGrainFactory grains) => new(grains, new Doors(grains, clock), clock, logger);

    private async Task<ReloadReceipt> WaitForOthersAsync(ReloadReceipt receipt, ReloadOptions options, CancellationToken patience)
    {
        if (options.WaitFor == WaitFor.Nobody || receipt.Outcome is not (ReloadOutcome.UpToDate or ReloadOutcome.Synced))
        {
            return receipt;
        }

        var wait = new ConvergenceWait(await FeedsAsync(receipt.Registry), clock);
        return receipt with { Convergence = await wait.WaitAsync(receipt.Version, options.WaitFor, options.ConvergenceTimeout, patience) };
    }

    private async Task<ReloadReceipt> WaitForLockAsync(ReloadReceipt receipt, ReloadOptions options, Attempts attempts, CancellationToken patience)
    {
        var wait = new LockWait(await FeedsAsync(receipt.Registry), () => RetryAsync(receipt.Registry, attempts, patience), clock);
        return await wait.WaitAsync(receipt, options.LockWait, patience);
    }

    private async Task<Func<int, IRouteFeedGrain>> FeedsAsync(string registry)
    {
        var grains = await cluster.GrainsAsync(CancellationToken.None);
        return number => grains.GetGrain<IRouteFeedGrain>(RouteFeeds.Key(registry, number % RouteFeeds.Doors));
    }

    private static TimeoutException NoReceipt(string registry, TimeSpan timeout, Exception? last) => new(
        $"Registry '{registry}' gave no receipt within {timeout}. Whether the sync was committed is unknown, and asking again is safe: "
        + $"a sync that has nothing to do does nothing.{(last is null ? "" : $" The last error: {last.Message}")}",
        last);

    internal static void Check(string registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (!RegistryName.IsValid(registry))
        {
            throw new ArgumentException(
                $"'{registry}' is no name of a registry: {RegistryName.Rule}.", nameof(registry));
        }
    }

    private static void Check(ReloadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Timeout, LongestTimeout, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConvergenceTimeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ConvergenceTimeout, LongestConvergence, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LockWait, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LockWait, LongestLockWait, nameof(options));
    }

    private sealed class Attempts
    {
        public int Failed { get; set; }

        public Exception? LastFailure { get; set; }
    }
}
