using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Client;

/// <summary>
/// Waits for a registry's lock by calls to a silo, which watches the lock for all callers. If a silo does not answer,
/// another one is called.
/// </summary>
internal sealed class GatewayLockWait(IGrainFactory grains, TimeProvider clock) : ILockWait
{
    // Each call is short, so that none is left in a silo when the next goes to another.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    // A dead silo never answers; a live one answers within this time after the slice.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private readonly JitteredBackoff _backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    public async Task<bool> UntilFreeAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        var failed = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var left = timeout - clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            try
            {
                var entry = GatewayEntries.Entry(grains, failed);
                if (await AskAsync(entry, registry, left < Slice ? left : Slice, cancellationToken))
                {
                    return true;
                }
            }
            catch (Exception)
            {
                await Task.Delay(_backoff.Before(failed++), clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private Task<bool> AskAsync(
        IGatewayEntryGrain entry, string registry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = entry.LockFreeAsync(registry, timeout, cancellationToken);
        answer.Ignore();
        return answer.WaitAsync(timeout + AnswerTimeout, clock, cancellationToken);
    }
}
