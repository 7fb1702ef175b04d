using System.Diagnostics.CodeAnalysis;
using EndpointSync.Routing;

namespace EndpointSync.Publishing;

/// <summary>One version's routes, ready to be matched. Never changed: the next version is another image that shares what stays the same.</summary>
/// <param name="Hash">The hash of its routes, kept up change by change.</param>
/// <param name="Table">The table; each entry's data is its <see cref="PublishedRoute"/>.</param>
internal sealed record RouteImage(ContentHash Hash, RouteTable Table)
{
    public static RouteImage Empty { get; } = new(default, RouteTable.Empty);

    public RouteVersion Version => new(Table.Version);

    public RouteStamp Stamp => new(Version, Hash);

    public IEnumerable<PublishedRoute> Routes => Table.Entries.Select(RouteOf);

    public static PublishedRoute RouteOf(RouteEntry entry) => (PublishedRoute)entry.Data!;

    /// <summary>The image that a delta from this version leads to.</summary>
    /// <param name="delta">Begins at this version.</param>
    /// <param name="next">The image at its end.</param>
    /// <param name="reason">Why there is none: the routes are not what the delta's hash says, so a change was missed on the way.</param>
    /// <exception cref="ArgumentException">The delta begins at another version.</exception>
    public bool TryApply(RouteDelta delta, [NotNullWhen(true)] out RouteImage? next, [NotNullWhen(false)] out string? reason)
    {
        if (delta.From != Version)
        {
            throw new ArgumentException($"The delta leads from version {delta.From} to {delta.To}, and this is version {Version}.", nameof(delta));
        }

        return TryApply(delta.To, delta.Hash, delta.Changes, out next, out reason);
    }

    /// <summary>The image of a version that is given in full. What is the same here already is shared.</summary>
    /// <param name="version">The version; not older than this one.</param>
    /// <param name="hash">The hash of its routes.</param>
    /// <param name="routes">All of its routes.</param>
    /// <param name="image">The image.</param>
    /// <param name="reason">Why there is none: the routes are not what the hash says.</param>
    public bool TryReplace(
        RouteVersion version, ContentHash hash, IReadOnlyCollection<PublishedRoute> routes,
        [NotNullWhen(true)] out RouteImage? image, [NotNullWhen(false)] out string? reason)
    {
        var kept = routes.Select(route => route.Key).ToHashSet(StringComparer.Ordinal);
        var gone = Routes.Where(route => !kept.Contains(route.Key)).Select(route => new PublishedChange(route.Key, null));
        var come = routes.Where(route => Find(route.Key)?.Hash != route.Hash).Select(route => new PublishedChange(route.Key, route));
        return TryApply(version, hash, [.. gone, .. come], out image, out reason);
    }

    private bool TryApply(
        RouteVersion version, ContentHash hash, IReadOnlyList<PublishedChange> changes,
        [NotNullWhen(true)] out RouteImage? image, [NotNullWhen(false)] out string? reason)
    {
        var reached = changes.Aggregate(Hash, (sum, change) => sum ^ (Find(change.Key)?.Hash ?? default) ^ (change.Route?.Hash ?? default));
        (image, reason) = reached == hash
            ? (new RouteImage(hash, Table.Apply(version.Value, changes.Select(Change))), (string?)null)
            : (null, $"the routes of version {version} have the hash {reached}, and the version says {hash}");
        return image is not null;
    }

    private PublishedRoute? Find(string key) => Table.Find(key) is { } entry ? RouteOf(entry) : null;

    private static RouteTableChange Change(PublishedChange change) => change.Route is { } route
        ? RouteTableChange.Put(new RouteEntry(route.Key, route.Rules, route.Methods, route))
        : RouteTableChange.Remove(change.Key);
}
