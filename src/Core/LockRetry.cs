namespace EndpointSync.Core;

/// <summary>Repeats a reload that finds the registry's lock busy, each time the lock becomes free.</summary>
internal static class LockRetry
{
    /// <param name="locks">Waits for the lock.</param>
    /// <param name="registry">The registry's name.</param>
    /// <param name="timeout">How long to wait for the lock.</param>
    /// <param name="reload">Tries once, without waiting for the lock.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The last receipt, with the time spent waiting for the lock.</returns>
    public static async Task<ReloadReceipt> RunAsync(
        ILockWait locks, string registry, TimeSpan timeout, Func<Task<ReloadReceipt>> reload, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        var waited = TimeSpan.Zero;
        while (true)
        {
            var receipt = await reload();
            var left = timeout - clock.GetElapsedTime(begun);
            if (!receipt.LockWasBusy || !await locks.UntilFreeAsync(registry, left, cancellationToken))
            {
                return waited == TimeSpan.Zero
                    ? receipt
                    : receipt with { Timings = receipt.Timings with { LockWait = waited } };
            }

            waited = clock.GetElapsedTime(begun);
        }
    }
}
