using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client;

/// <summary>Gives each caller its own deadline and retries; the gate does what callers share.</summary>
internal sealed class EndpointSyncClient(
    IClusterClient grains, TimeProvider clock, ILogger<ReloadGate> logger)
    : IEndpointSyncClient
{
    private static readonly ReloadOptions Defaults = new();
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestConvergence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLockWait = TimeSpan.FromMinutes(1);

    private readonly JitteredBackoff _backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
    private ReloadGate? _gate;

    public async Task<ReloadReceipt> ReloadAsync(
        string registry, ReloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= Defaults;
        Check(registry);
        Check(options);
        using var deadline = new CancellationTokenSource(options.Timeout, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var attempts = new Attempts();
        CallerTrace.Send();
        try
        {
            var receipt = await RetryAsync(registry, options, attempts, ended.Token);
            receipt = await WaitForConvergenceAsync(receipt, options, ended.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return receipt;
        }
        catch (OperationCanceledException) when (
            deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoReceipt(registry, options.Timeout, attempts.LastFailure);
        }
    }

    private async Task<ReloadReceipt> RetryAsync(
        string registry, ReloadOptions options, Attempts attempts, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            try
            {
                var gate = LazyInitializer.EnsureInitialized(ref _gate, NewGate);
                var request = new ReloadRequest(
                    LockTimeout: options.LockWait - clock.GetElapsedTime(begun),
                    AllowMassRemoval: options.AllowMassRemoval,
                    Attach: options.Attach);
                return await gate.ReloadAsync(registry, request, cancellationToken);
            }
            catch (Exception failure) when (ClusterFailures.MayHeal(failure))
            {
                attempts.LastFailure = failure;
            }

            await Task.Delay(_backoff.Before(attempts.Failed++), clock, cancellationToken);
        }
    }

    private ReloadGate NewGate() =>
        new(grains, new GatewayEntries(grains, clock), new GatewayLockWait(grains, clock), clock, logger);

    private async Task<ReloadReceipt> WaitForConvergenceAsync(
        ReloadReceipt receipt, ReloadOptions options, CancellationToken cancellationToken)
    {
        if (options.WaitFor == WaitFor.Nobody
            || receipt.Outcome is ReloadOutcome.Skipped or ReloadOutcome.Failed)
        {
            return receipt;
        }

        var wait = new GatewayConvergenceWait(grains, clock);
        return receipt with
        {
            Convergence = await wait.WaitAsync(
                receipt.Registry, receipt.Version, options.WaitFor, options.ConvergenceTimeout, cancellationToken),
        };
    }

    private static TimeoutException NoReceipt(string registry, TimeSpan timeout, Exception? last) => new(
        $"Registry '{registry}' gave no receipt within {timeout}. Whether the sync was committed is unknown, and a "
        + "retry is safe: a sync without due changes does nothing."
        + $"{(last is null ? "" : $" The last error: {last.Message}")}",
        last);

    private static void Check(string registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (!RegistryName.IsValid(registry))
        {
            throw new ArgumentException(
                $"'{registry}' is not a valid registry name: {RegistryName.Rule}.", nameof(registry));
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
