namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Since when this silo's looks have found the same session holding a registry's lock. Postgres says when a transaction began, but not since when a
/// session holds a lock beyond its transactions, and of other roles' sessions it shows no time at all.
/// </summary>
internal sealed class LockSightings
{
    private readonly Lock _lock = new();
    private Sighting? _last;

    /// <summary>A look has found a holder.</summary>
    /// <param name="processId">Its process.</param>
    /// <param name="transaction">When its transaction began; null if it has none, or if that is not shown.</param>
    /// <param name="now">When it was found.</param>
    /// <returns>Since when it holds the lock, and whether that is only since when it was seen.</returns>
    public (DateTimeOffset Since, bool IsFirstSeen) Saw(int processId, DateTimeOffset? transaction, DateTimeOffset now)
    {
        lock (_lock)
        {
            _last = _last is { } last && last.IsContinuedBy(processId, transaction)
                ? last with { Transaction = last.Transaction == transaction ? transaction : null }
                : new Sighting(processId, transaction, now);
            return _last.Transaction is { } began ? (began, false) : (_last.FirstSeen, true);
        }
    }

    /// <summary>A look has found the lock free.</summary>
    public void SawNobody()
    {
        lock (_lock)
        {
            _last = null;
        }
    }

    private sealed record Sighting(int ProcessId, DateTimeOffset? Transaction, DateTimeOffset FirstSeen)
    {
        // A session that has the lock without a transaction keeps it through its transactions; one that has it in another transaction took it anew.
        public bool IsContinuedBy(int processId, DateTimeOffset? transaction) =>
            processId == ProcessId && (transaction == Transaction || transaction is null || Transaction is null);
    }
}
