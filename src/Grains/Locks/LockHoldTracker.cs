namespace EndpointSync.Grains.Locks;

/// <summary>
/// Remembers since when this silo's checks find the same session holding a registry's lock. Postgres reports when a
/// transaction began, but not since when a session holds a lock beyond its transactions. Of other roles' sessions it
/// reports no time at all.
/// </summary>
internal sealed class LockHoldTracker
{
    private readonly Lock _lock = new();
    private Hold? _last;

    /// <summary>Takes the holder that a check found.</summary>
    /// <param name="processId">The holder's process.</param>
    /// <param name="transaction">When the holder's transaction began; null if it has none, or if Postgres does not show
    /// it.</param>
    /// <param name="now">The time of the check.</param>
    /// <returns>Since when the session holds the lock, and whether that is only the time of the first check that found
    /// it.</returns>
    public (DateTimeOffset Since, bool IsFirstSeen) Saw(int processId, DateTimeOffset? transaction, DateTimeOffset now)
    {
        lock (_lock)
        {
            _last = _last is { } last && last.IsContinuedBy(processId, transaction)
                ? last with { Transaction = last.Transaction == transaction ? transaction : null }
                : new Hold(processId, transaction, now);
            return _last.Transaction is { } began ? (began, false) : (_last.FirstSeen, true);
        }
    }

    /// <summary>A check found the lock free.</summary>
    public void SawNobody()
    {
        lock (_lock)
        {
            _last = null;
        }
    }

    private sealed record Hold(int ProcessId, DateTimeOffset? Transaction, DateTimeOffset FirstSeen)
    {
        // A session that holds the lock without a transaction keeps it through its transactions. One that holds it in
        // another transaction took it anew.
        public bool IsContinuedBy(int processId, DateTimeOffset? transaction) =>
            processId == ProcessId && (transaction == Transaction || transaction is null || Transaction is null);
    }
}
