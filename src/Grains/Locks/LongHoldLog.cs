using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Logs that a lock is held for too long: once for each hold, again whenever the hold has lasted twice as long, and
/// when it has ended.
/// </summary>
/// <param name="registry">The registry's name.</param>
/// <param name="limit">How long a hold may last before it is logged.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LongHoldLog(string registry, TimeSpan limit, ILogger logger)
{
    private readonly TimeSpan _limit = limit;
    private volatile LockHolder? _holder;
    private TimeSpan _warnAfter = limit;

    /// <summary>How long the present hold had lasted at the last check; zero if there is none.</summary>
    public TimeSpan Held => _holder?.Held ?? TimeSpan.Zero;

    /// <summary>How long until the present hold must be logged; null if there is none.</summary>
    public TimeSpan? UntilLong => _warnAfter - _holder?.Held;

    /// <summary>Takes what a check found: the holder, or null if the lock is free.</summary>
    public void Saw(LockHolder? holder)
    {
        if (_holder is { } last && !last.IsSameHold(holder))
        {
            Ended(last);
        }

        _holder = holder;
        if (holder is not null && holder.Held >= _warnAfter)
        {
            LogHeldLong(registry, holder.Held, holder, holder.Query ?? "not shown to the registry's role");
            _warnAfter = holder.Held * 2;
        }
    }

    private void Ended(LockHolder last)
    {
        if (_warnAfter > _limit)
        {
            LogEnded(registry, last.ProcessId, last.Held);
        }

        _warnAfter = _limit;
    }

    [LoggerMessage(
        1601, LogLevel.Warning,
        "The lock of {Registry} has been held for {Held} by {Holder}. Syncs are skipped until the hold ends. Its "
        + "query: {Query}")]
    private partial void LogHeldLong(string registry, TimeSpan held, LockHolder holder, LogText query);

    [LoggerMessage(
        1602, LogLevel.Information,
        "The lock of {Registry} is no longer held by backend {ProcessId}, whose hold had lasted {Held} at the last "
        + "check")]
    private partial void LogEnded(string registry, int processId, TimeSpan held);
}
