using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// Waits for a registry's lock by looking who has it, for as long as a sync may take. Trying for it would say each time that a sync is owed, which the
/// holder may be carrying out.
/// </summary>
internal sealed class LockWait(Registry registry, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A server that says nothing keeps a question waiting for as long as a command may take, which is longer than its callers wait.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    private readonly RetryDelays _delays = new(Pause, Pause);
    private readonly long _begun = clock.GetTimestamp();

    /// <summary>Whether the wait has taken as long as a sync may take.</summary>
    public bool IsOver => clock.GetElapsedTime(_begun) > registry.Database.Limits.Deadline;

    /// <summary>Waits until nobody has the lock.</summary>
    /// <param name="worthwhile">Which holders are waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether nobody has it; false too if Postgres does not say, which the next sync meets and reports.</returns>
    public async Task<bool> UntilFreeAsync(Func<LockHolder, bool> worthwhile, CancellationToken cancellationToken)
    {
        try
        {
            while (await AskAsync(cancellationToken) is { } holder)
            {
                if (IsOver || !worthwhile(holder))
                {
                    return false;
                }

                await Task.Delay(_delays.Before(attempt: 0), clock, cancellationToken);
            }

            return true;
        }
        catch (Exception failure) when ((failure is TimeoutException || SqlStates.Describe(failure) is not null) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<LockHolder?> AskAsync(CancellationToken cancellationToken)
    {
        var asked = registry.Status.LockHolderAsync(cancellationToken);
        asked.Ignore();
        return await asked.WaitAsync(AnswerTime, clock, cancellationToken);
    }

    /// <summary>Whether a sync wrote nothing because another process had the lock.</summary>
    public static bool WasNeeded(ReloadReceipt receipt) => receipt is { Outcome: ReloadOutcome.Skipped, EndpointsDeferred: 0 };
}
