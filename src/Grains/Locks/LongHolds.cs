using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Tells of a lock that is held for longer than it should be: once for each hold, again whenever it has lasted twice as long, and when it has ended.
/// </summary>
internal sealed partial class LongHolds(RegistryDatabase database, ILogger logger)
{
    private LockHolder? _holder;
    private TimeSpan _tellAfter = database.Limits.LockHoldWarning;

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
            LogHeldLong(database.Name, holder.Held, holder, holder.Query ?? "not shown to the registry's role");
            _tellAfter = holder.Held * 2;
        }
    }

    private void Ended(LockHolder last)
    {
        if (_tellAfter > database.Limits.LockHoldWarning)
        {
            LogEnded(database.Name, last.ProcessId, last.Held);
        }

        _tellAfter = database.Limits.LockHoldWarning;
    }

    [LoggerMessage(1601, LogLevel.Warning, "The lock of {Registry} has been held for {Held} by {Holder}. Syncs are skipped as long as that goes on. Its query: {Query}")]
    private partial void LogHeldLong(string registry, TimeSpan held, LockHolder holder, string query);

    [LoggerMessage(1602, LogLevel.Information, "The lock of {Registry} is no longer held by backend {ProcessId}, which was last seen with it after {Held}")]
    private partial void LogEnded(string registry, int processId, TimeSpan held);
}
