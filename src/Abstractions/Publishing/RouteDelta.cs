namespace EndpointSync.Publishing;

/// <summary>What leads from one version's routes to another's, whatever lies between.</summary>
/// <param name="From">The version that the changes begin at; 0 for all of <paramref name="To"/>.</param>
/// <param name="To">The version that they lead to.</param>
/// <param name="Hash">The hash of that version.</param>
/// <param name="Changes">At most one for each key.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.RouteDelta")]
internal sealed record RouteDelta(
    [property: Id(0)] RouteVersion From, [property: Id(1)] RouteVersion To, [property: Id(2)] ContentHash Hash,
    [property: Id(3)] IReadOnlyList<PublishedChange> Changes)
{
    /// <summary>Deltas that follow one another as a single one.</summary>
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

/// <summary>One route put in the place of the one with its key, if there is one, or taken out.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Route">The route that comes; null if the key is taken out.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.PublishedChange")]
internal sealed record PublishedChange([property: Id(0)] string Key, [property: Id(1)] PublishedRoute? Route);
