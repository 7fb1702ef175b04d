using EndpointSync.Publishing;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The newest deltas of a registry, one after the other, so that a worker that is a little behind is told no more than what it lacks. Not safe for
/// concurrent use.
/// </summary>
internal sealed class DeltaLog
{
    // What a worker that is further behind reads is the whole table, which is more than this only where nothing is small.
    private const int MostChanges = 10_000;
    private const int MostDeltas = 1_000;

    private readonly LinkedList<RouteDelta> _deltas = [];
    private int _changes;

    public void Add(RouteDelta delta)
    {
        if (_deltas.Last is { } last && last.Value.To != delta.From)
        {
            Clear();
        }

        _deltas.AddLast(delta);
        _changes += delta.Changes.Count;
        while (_deltas.Count > MostDeltas || _changes > MostChanges)
        {
            _changes -= _deltas.First!.Value.Changes.Count;
            _deltas.RemoveFirst();
        }
    }

    public void Clear()
    {
        _deltas.Clear();
        _changes = 0;
    }

    /// <summary>What leads from a version to the newest; null if that is not known here.</summary>
    public RouteDelta? From(RouteVersion version)
    {
        var path = new List<RouteDelta>();
        for (var node = _deltas.Last; node is not null && node.Value.To > version; node = node.Previous)
        {
            path.Insert(0, node.Value);
        }

        return path.Count > 0 && path[0].From == version ? RouteDelta.Join(path) : null;
    }
}
