using EndpointSync.Publishing;

namespace EndpointSync.Client;

/// <summary>Asks for a reload again when the registry's lock is free. That it is not in time is an answer too: the receipt that says who holds it.</summary>
/// <param name="feeds">The ways to silos, which look at the lock for all who wait, by number: the next one is taken when one gives no answer.</param>
/// <param name="reload">Asks once.</param>
/// <param name="clock">The time.</param>
internal sealed class LockWait(Func<int, IRouteFeedGrain> feeds, Func<Task<ReloadReceipt>> reload, TimeProvider clock)
{
    // Each question is a short one, so that none is left behind in a silo when the next is asked of another.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    // A silo that died answers nobody; one that lives does so in this time after the end.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    /// <param name="receipt">What the reload was answered with before.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="patience">Ends the wait early, with the receipt as it is then; the caller looks after its own cancellation.</param>
    public async Task<ReloadReceipt> WaitAsync(ReloadReceipt receipt, TimeSpan timeout, CancellationToken patience)
    {
        var begun = clock.GetTimestamp();
        while (receipt.LockWasBusy && await FreeAsync(begun, timeout, patience))
        {
            receipt = await reload();
        }

        return receipt;
    }

    private async Task<bool> FreeAsync(long begun, TimeSpan timeout, CancellationToken patience)
    {
        for (var failed = 0; !patience.IsCancellationRequested && timeout - clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero;)
        {
            try
            {
                if (await AskAsync(feeds(failed), left < Slice ? left : Slice, patience))
                {
                    return true;
                }
            }
            catch (Exception)
            {
                await Task.Delay(_delays.Before(failed++), clock, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private Task<bool> AskAsync(IRouteFeedGrain feed, TimeSpan timeout, CancellationToken patience)
    {
        var asked = feed.LockFreeAsync(timeout, patience);
        asked.Ignore();
        return asked.WaitAsync(timeout + AnswerTime, clock, patience);
    }
}
