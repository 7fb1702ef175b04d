using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The newest deltas of a registry, in order, so that a worker slightly behind gets only what it lacks. Not safe for
/// concurrent use.
/// </summary>
internal sealed class DeltaLog
{
    // A worker that is further behind reads the whole table. Only in a large registry is that more than these limits.
    private const int MostChanges = 10_000;
    private const int MostDeltas = 1_000;
    private const int MostWeight = 4_000_000;

    private readonly LinkedList<RouteDelta> _deltas = [];
    private int _changes;
    private int _weight;
    private RouteTableId _start;

    public void Add(RouteDelta delta)
    {
        if (_deltas.Last is { } last && last.Value.To != delta.From)
        {
            Restart(default);
        }

        _deltas.AddLast(delta);
        _changes += delta.Changes.Count;
        _weight += delta.Weight;
        while (_deltas.Count > MostDeltas || _changes > MostChanges || _weight > MostWeight)
        {
            var first = _deltas.First!.Value;
            _changes -= first.Changes.Count;
            _weight -= first.Weight;
            _start = new RouteTableId(first.To, first.Hash);
            _deltas.RemoveFirst();
        }
    }

    /// <summary>Forgets all deltas, and begins with a table that was read as a whole.</summary>
    public void Restart(RouteTableId table)
    {
        _deltas.Clear();
        (_changes, _weight, _start) = (0, 0, table);
    }

    /// <summary>Whether the log leads from or to a table.</summary>
    public bool Contains(RouteTableId table)
    {
        // Versions only grow, and nearly everybody asks for one of the last.
        var node = _deltas.Last;
        while (node is not null && node.Value.To > table.Version)
        {
            node = node.Previous;
        }

        return table == _start
            || (node is not null && node.Value.To == table.Version && node.Value.Hash == table.Hash);
    }

    /// <summary>The delta from a version to the newest; null if the log does not reach back to that version.</summary>
    public RouteDelta? From(RouteVersion version) =>
        _deltas.Last is { } last ? Between(version, last.Value.To) : null;

    /// <summary>The delta from one version to another; null if the log does not lead there.</summary>
    public RouteDelta? Between(RouteVersion from, RouteVersion to)
    {
        var path = new List<RouteDelta>();
        for (var node = _deltas.Last; node is not null && node.Value.To > from; node = node.Previous)
        {
            if (node.Value.To <= to)
            {
                path.Insert(0, node.Value);
            }
        }

        return path.Count == 0 || path[0].From != from || path[^1].To != to ? null
            : path.Count == 1 ? path[0]
            : RouteDelta.Join(path);
    }
}
