using Orleans.Runtime.Messaging;

namespace EndpointSync.Client;

/// <summary>Gives each caller its own patience, and everything shared to the gate.</summary>
internal sealed class EndpointSyncClient(ReloadGate gate, TimeProvider clock) : IEndpointSyncClient
{
    private static readonly ReloadOptions Defaults = new();
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    public async Task<ReloadReceipt> ReloadAsync(string registry, ReloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(registry);
        var timeout = (options ?? Defaults).Timeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout, nameof(options));
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var attempts = new Attempts();
        try
        {
            return await RetryAsync(registry, attempts, patience.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoReceipt(registry, timeout, attempts.LastFailure);
        }
    }

    private async Task<ReloadReceipt> RetryAsync(string registry, Attempts attempts, CancellationToken patience)
    {
        while (true)
        {
            try
            {
                return await gate.ReloadAsync(registry, patience);
            }
            catch (Exception failure) when (MayHeal(failure))
            {
                attempts.LastFailure = failure;
            }

            await Task.Delay(_delays.Before(attempts.Failed++), clock, patience);
        }
    }

    // Orleans' words for a silo that is gone or not there yet, and for a request that nobody answered.
    private static bool MayHeal(Exception failure) =>
        failure is OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException or TimeoutException;

    private static TimeoutException NoReceipt(string registry, TimeSpan timeout, Exception? last) => new(
        $"Registry '{registry}' gave no receipt within {timeout}. Whether the sync was committed is unknown, and asking again is safe: "
        + $"a sync that has nothing to do does nothing.{(last is null ? "" : $" The last error: {last.Message}")}",
        last);

    private static void Check(string registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (!RegistryName.IsValid(registry))
        {
            throw new ArgumentException(
                $"'{registry}' is no name of a registry: {RegistryName.Rule}.", nameof(registry));
        }
    }

    private sealed class Attempts
    {
        public int Failed { get; set; }

        public Exception? LastFailure { get; set; }
    }
}
