using EndpointSync.Routing;

namespace EndpointSync.Publishing;

/// <summary>One version's routes, ready to be matched. Never changed: the next version is another image that shares what stays the same.</summary>
/// <param name="Hash">The hash of its routes, kept up change by change.</param>
/// <param name="Table">The table; each entry's data is its <see cref="PublishedRoute"/>.</param>
internal sealed record RouteImage(ContentHash Hash, RouteTable Table)
{
    public static RouteImage Empty { get; } = new(default, RouteTable.Empty);

    public RouteVersion Version => new(Table.Version);

    public IEnumerable<PublishedRoute> Routes => Table.Entries.Select(RouteOf);

    public static PublishedRoute RouteOf(RouteEntry entry) => (PublishedRoute)entry.Data!;

    /// <summary>The image that a delta from this version leads to.</summary>
    /// <exception cref="RouteImageException">The delta is of another version, or its end is not what its hash says: a change was missed on the way.</exception>
    public RouteImage Apply(RouteDelta delta)
    {
        if (delta.From != Version)
        {
            throw new RouteImageException($"The delta leads from version {delta.From} to {delta.To}, and this is version {Version}.");
        }

        return Apply(delta.To, delta.Hash, delta.Changes);
    }

    /// <summary>The image of a version that is given in full. What is the same here already is shared.</summary>
    /// <exception cref="RouteImageException">The routes are not what their hash says.</exception>
    public RouteImage Replace(RouteVersion version, ContentHash hash, IReadOnlyCollection<PublishedRoute> routes)
    {
        var kept = routes.Select(route => route.Key).ToHashSet(StringComparer.Ordinal);
        var gone = Routes.Where(route => !kept.Contains(route.Key)).Select(route => new PublishedChange(route.Key, null));
        var come = routes.Where(route => Find(route.Key)?.Hash != route.Hash).Select(route => new PublishedChange(route.Key, route));
        // A table's version never falls; where the database's has, after a backup was restored, everything is built anew.
        return version < Version
            ? Empty.Replace(version, hash, routes)
            : Apply(version, hash, [.. gone, .. come]);
    }

    private RouteImage Apply(RouteVersion version, ContentHash hash, IReadOnlyList<PublishedChange> changes)
    {
        var reached = changes.Aggregate(Hash, (sum, change) => sum ^ (Find(change.Key)?.Hash ?? default) ^ (change.Route?.Hash ?? default));
        return reached == hash
            ? new RouteImage(hash, Table.Apply(version.Value, changes.Select(Change)))
            : throw new RouteImageException($"The routes of version {version} have the hash {reached}, and it should be {hash}.");
    }

    private PublishedRoute? Find(string key) => Table.Find(key) is { } entry ? RouteOf(entry) : null;

    private static RouteTableChange Change(PublishedChange change) => change.Route is { } route
        ? RouteTableChange.Put(new RouteEntry(route.Key, route.Rules, route.Methods, route))
        : RouteTableChange.Remove(change.Key);
}
