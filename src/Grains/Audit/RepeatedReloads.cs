namespace EndpointSync.Grains.Audit;

/// <summary>
/// Counts reloads that changed nothing. Those of one caller and registry within a minute, with one outcome, become one
/// entry: programs reload in a loop, and the audit is not to grow with each turn.
/// </summary>
internal sealed class RepeatedReloads(TimeProvider clock)
{
    public const int MostWaiting = 10_000;

    private static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<AuditEntry, Row> _current = [];
    private readonly List<Row> _ended = [];

    /// <returns>False: there are too many, and this one is not counted.</returns>
    public bool Add(AuditEntry entry)
    {
        // What makes two of them the same.
        var key = entry with { OccurredAt = default, RequestId = null, Version = null };
        lock (_lock)
        {
            if (_current.TryGetValue(key, out var row) && clock.GetElapsedTime(row.Began) < Together)
            {
                row.Entry = row.Entry with { Count = row.Entry.Count + 1, Version = entry.Version };
                return true;
            }

            if (_current.Count + _ended.Count >= MostWaiting)
            {
                return false;
            }

            if (row is not null)
            {
                _ended.Add(row);
            }

            _current[key] = new Row { Began = clock.GetTimestamp(), Entry = entry };
            return true;
        }
    }

    /// <summary>The rows to write now: new ones, and those whose count is final.</summary>
    /// <param name="all">Whether every count counts as final.</param>
    public List<(Row Row, AuditEntry Entry)> Due(bool all)
    {
        lock (_lock)
        {
            foreach (var (key, row) in _current)
            {
                if (all || clock.GetElapsedTime(row.Began) >= Together)
                {
                    _current.Remove(key);
                    _ended.Add(row);
                }
            }

            _ended.RemoveAll(row => row.Written == row.Entry.Count);
            return [.. _ended.Concat(_current.Values.Where(row => row.Id is null)).Select(row => (row, row.Entry))];
        }
    }

    /// <summary>How many requests would be lost with this process.</summary>
    public long Unwritten()
    {
        lock (_lock)
        {
            return _ended.Concat(_current.Values).Sum(row => row.Entry.Count - row.Written);
        }
    }

    /// <summary>An entry that still counts, and what is written of it.</summary>
    internal sealed class Row
    {
        public required long Began { get; init; }

        public required AuditEntry Entry { get; set; }

        public long? Id { get; set; }

        public long Written { get; set; }
    }
}
