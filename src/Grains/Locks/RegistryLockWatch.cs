using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Looks at the lock of one registry: every few milliseconds while somebody waits for it, otherwise as often as the poll, to notice one that is held
/// for long. A look is one statement on a pooled connection, and no two are under way.
/// </summary>
internal sealed partial class RegistryLockWatch(RegistryDatabase database, TimeProvider clock, ILogger<RegistryLockWatch> logger)
{
    // Far below what a person notices, far above what a look costs.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);

    private readonly SyncLock _lock = new(database);
    private readonly LongHolds _holds = new(database.Name, database.Limits.LockHoldWarning, logger);
    private readonly Signal _arrived = new();
    private readonly Signal _worthTrying = new();
    private int _waiting;

    /// <summary>How many wait for the lock.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits until a look finds the lock free, or fails.</summary>
    /// <returns>Whether it is worth trying again; false when the time is over or the token was cancelled.</returns>
    public async Task<bool> FreeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return false;
        }

        var told = _worthTrying.Next;
        Interlocked.Increment(ref _waiting);
        _arrived.Raise();
        await told.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _waiting);
        return told.IsCompleted;
    }

    /// <summary>Looks until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var arrival = _arrived.Next;
            var hasSeen = await LookAsync(stopping);
            await PauseAsync(hasSeen ? UntilNextLook : database.Limits.PollInterval, arrival, stopping);
        }
    }

    private async Task<bool> LookAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(database.Limits.Deadline);
        try
        {
            var holder = await _lock.HolderAsync(patience.Token);
            _holds.Saw(holder);
            if (holder is null)
            {
                _worthTrying.Raise();
            }

            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Those who wait are let go by the silo's stop.
            return false;
        }
        catch (Exception failure)
        {
            // Whoever tries again is told by the receipt what is wrong, and better than by a wait that ends with nothing.
            LogNotSeen(database.Name, SqlStates.Describe(failure)?.Detail ?? failure.Message);
            _worthTrying.Raise();
            return false;
        }
    }

    private async Task PauseAsync(TimeSpan unawaited, Task arrival, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var isAwaited = Waiting > 0;
        var pause = Task.Delay((isAwaited ? BetweenLooks : unawaited) * (1 + (Random.Shared.NextDouble() / 2)), clock, ended.Token);
        await (isAwaited ? pause : Task.WhenAny(arrival, pause)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
    }

    private TimeSpan UntilNextLook => _holds.UntilLong is { } soon && soon < database.Limits.PollInterval
        ? TimeSpan.FromTicks(Math.Max(soon.Ticks, BetweenLooks.Ticks))
        : database.Limits.PollInterval;

    [LoggerMessage(1603, LogLevel.Debug, "The lock of {Registry} could not be looked at: {Detail} It is looked at again soon.")]
    private partial void LogNotSeen(string registry, string detail);
}
