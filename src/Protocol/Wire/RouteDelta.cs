namespace EndpointSync.Wire;

/// <summary>The changes from one version's routes to another's, over any number of versions between.</summary>
/// <param name="From">The version before the changes; 0 if they are all routes of <paramref name="To"/>.</param>
/// <param name="To">The version after the changes.</param>
/// <param name="Hash">The hash of the version after the changes.</param>
/// <param name="Changes">At most one for each key.</param>
internal sealed record RouteDelta(
    RouteVersion From, RouteVersion To, ContentHash Hash,
    IReadOnlyList<PublishedChange> Changes)
{
    /// <summary>About how long a message with the delta is, in characters.</summary>
    public int Weight => Changes.Sum(change => change.Key.Length + (change.Route?.Weight ?? 0));

    /// <summary>Joins consecutive deltas to one.</summary>
    public static RouteDelta Join(IReadOnlyList<RouteDelta> path)
    {
        var last = new Dictionary<string, PublishedChange>(StringComparer.Ordinal);
        foreach (var change in path.SelectMany(delta => delta.Changes))
        {
            last[change.Key] = change;
        }

        return path[^1] with { From = path[0].From, Changes = [.. last.Values] };
    }
}

/// <summary>One route that is added, replaced or removed, by its key.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Route">The new route; null if the route is removed.</param>
internal sealed record PublishedChange(string Key, PublishedRoute? Route);
