using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Tells of a lock that is held for longer than it should be: once for each hold, again whenever it has lasted twice as long, and when it has ended.
/// </summary>
/// <param name="registry">The registry's name.</param>
/// <param name="limit">How long a hold may last before it is told of.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class LongHolds(string registry, TimeSpan limit, ILogger logger)
{
    private readonly TimeSpan _limit = limit;
    private LockHolder? _holder;
    private TimeSpan _tellAfter = limit;

    /// <summary>How long it is until the present hold has to be told of; null if there is none.</summary>
    public TimeSpan? UntilLong => _tellAfter - _holder?.Held;

    /// <summary>A look has found the holder, or nobody.</summary>
    public void Saw(LockHolder? holder)
    {
        if (_holder is { } last && !last.IsSameHold(holder))
        {
            Ended(last);
        }

        _holder = holder;
        if (holder is not null && holder.Held >= _tellAfter)
        {
            LogHeldLong(registry, holder.Held, holder, holder.Query ?? "not shown to the registry's role");
            _tellAfter = holder.Held * 2;
        }
    }

    private void Ended(LockHolder last)
    {
        if (_tellAfter > _limit)
        {
            LogEnded(registry, last.ProcessId, last.Held);
        }

        _tellAfter = _limit;
    }

    [LoggerMessage(1601, LogLevel.Warning, "The lock of {Registry} has been held for {Held} by {Holder}. Syncs are skipped as long as that goes on. Its query: {Query}")]
    private partial void LogHeldLong(string registry, TimeSpan held, LockHolder holder, string query);

    [LoggerMessage(1602, LogLevel.Information, "The lock of {Registry} is no longer held by backend {ProcessId}, which was last seen with it after {Held}")]
    private partial void LogEnded(string registry, int processId, TimeSpan held);
}
