using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Configuration;

/// <summary>The rules for <see cref="SyncOptions"/>. Each error names the key, its value and the remedy.</summary>
internal sealed class SyncOptionsValidator : IValidateOptions<SyncOptions>
{
    // A caller may wait for the running sync and the next one, and its call ends after a minute.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(29);

    // A sync of many endpoints holds the lock for tens of milliseconds; a warning after more than an hour is too late.
    private static readonly TimeSpan ShortestHoldWarning = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHoldWarning = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, SyncOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the options; empty if nothing is.</summary>
    public static IEnumerable<string> Check(SyncOptions sync)
    {
        foreach (var (key, span) in new[]
                 {
                     ("Deadline", sync.Deadline), ("StatementTimeout", sync.StatementTimeout),
                     ("LockTimeout", sync.LockTimeout),
                     ("IdleInTransactionTimeout", sync.IdleInTransactionTimeout), ("PollInterval", sync.PollInterval),
                     ("RetryDelay", sync.RetryDelay),
                     ("MaxRetryDelay", sync.MaxRetryDelay), ("FullCheckInterval", sync.FullCheckInterval),
                     ("ListenKeepAlive", sync.ListenKeepAlive),
                     ("CoordinatorTimeout", sync.CoordinatorTimeout),
                 })
        {
            if (span < TimeSpan.FromMilliseconds(1) || span > TimeSpan.FromDays(1))
            {
                yield return $"EndpointSync:Sync:{key} ({span}) must lie between 00:00:00.001 and 1.00:00:00.";
            }
        }

        if (sync.LockHoldWarning < ShortestHoldWarning || sync.LockHoldWarning > LongestHoldWarning)
        {
            yield return $"EndpointSync:Sync:LockHoldWarning ({sync.LockHoldWarning}) must lie between "
                + $"{ShortestHoldWarning} and {LongestHoldWarning}.";
        }

        if (sync.EndpointsPerTransaction is < 1 or > 1_000_000)
        {
            yield return $"EndpointSync:Sync:EndpointsPerTransaction ({sync.EndpointsPerTransaction}) must lie between "
                + "1 and 1000000.";
        }

        if (sync.ReactionsPerSecond is < 1 or > 1000)
        {
            yield return $"EndpointSync:Sync:ReactionsPerSecond ({sync.ReactionsPerSecond}) must lie between 1 and "
                + "1000.";
        }

        if (sync.Deadline > LongestDeadline)
        {
            yield return $"EndpointSync:Sync:Deadline ({sync.Deadline}) must not exceed {LongestDeadline}: "
                + "a caller may wait for two syncs, and its call ends after a minute.";
        }

        if (sync.StatementTimeout >= sync.Deadline)
        {
            yield return $"EndpointSync:Sync:StatementTimeout ({sync.StatementTimeout}) must be shorter than "
                + $"EndpointSync:Sync:Deadline ({sync.Deadline}); otherwise the reason for a slow statement is "
                + "never reported.";
        }

        if (sync.LockTimeout >= sync.StatementTimeout)
        {
            yield return $"EndpointSync:Sync:LockTimeout ({sync.LockTimeout}) must be shorter than "
                + $"EndpointSync:Sync:StatementTimeout ({sync.StatementTimeout}); "
                + "otherwise a wait for a row is reported as a slow statement.";
        }

        if (sync.CoordinatorTimeout >= sync.Deadline)
        {
            yield return $"EndpointSync:Sync:CoordinatorTimeout ({sync.CoordinatorTimeout}) must be shorter than "
                + $"EndpointSync:Sync:Deadline ({sync.Deadline}); "
                + "otherwise a reload waits for a lost coordinator longer than any sync may take.";
        }

        if (sync.RetryDelay > sync.MaxRetryDelay)
        {
            yield return $"EndpointSync:Sync:RetryDelay ({sync.RetryDelay}) must not exceed "
                + $"EndpointSync:Sync:MaxRetryDelay ({sync.MaxRetryDelay}).";
        }
    }
}
