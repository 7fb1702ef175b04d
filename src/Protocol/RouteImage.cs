using System.Diagnostics.CodeAnalysis;
using EndpointSync.Routing;
using EndpointSync.Wire;

namespace EndpointSync.Core;

/// <summary>
/// One version's routes, ready for matching. An image is immutable: the next version is another image that shares the
/// unchanged parts.
/// </summary>
/// <param name="Hash">The hash of the routes, updated change by change.</param>
/// <param name="Table">The route table; each entry's data is its <see cref="PublishedRoute"/>.</param>
internal sealed record RouteImage(ContentHash Hash, RouteTable Table)
{
    public static RouteImage Empty { get; } = new(default, RouteTable.Empty);

    public RouteVersion Version => new(Table.Version);

    public RouteTableId TableId => new(Version, Hash);

    public IEnumerable<PublishedRoute> Routes => Table.Entries.Select(RouteOf);

    public static RouteEntry EntryOf(PublishedRoute route) => new(route.Key, route.Rules, route.Methods, route);

    public static PublishedRoute RouteOf(RouteEntry entry) => (PublishedRoute)entry.Data!;

    /// <summary>Applies a delta that begins at this version.</summary>
    /// <param name="delta">A delta that begins at this version.</param>
    /// <param name="next">The image of the delta's end version.</param>
    /// <param name="reason">
    /// Why there is no image: the routes do not match the delta's hash, so a change was missed.
    /// </param>
    /// <exception cref="ArgumentException">The delta begins at another version.</exception>
    public bool TryApply(
        RouteDelta delta, [NotNullWhen(true)] out RouteImage? next, [NotNullWhen(false)] out string? reason)
    {
        if (delta.From != Version)
        {
            throw new ArgumentException(
                $"The delta leads from version {delta.From} to {delta.To}, but this is version {Version}.",
                nameof(delta));
        }

        return TryApply(delta.To, delta.Hash, delta.Changes, out next, out reason);
    }

    /// <summary>
    /// Makes the image of a version from all of its routes. Routes that this image already has are shared.
    /// </summary>
    /// <param name="version">The version; not older than this one.</param>
    /// <param name="hash">The hash of its routes.</param>
    /// <param name="routes">All of its routes.</param>
    /// <param name="image">The image.</param>
    /// <param name="reason">Why there is no image: the routes do not match the hash.</param>
    public bool TryReplace(
        RouteVersion version, ContentHash hash, IReadOnlyCollection<PublishedRoute> routes,
        [NotNullWhen(true)] out RouteImage? image, [NotNullWhen(false)] out string? reason)
    {
        var kept = routes.Select(route => route.Key).ToHashSet(StringComparer.Ordinal);
        var removed = Routes
            .Where(route => !kept.Contains(route.Key))
            .Select(route => new PublishedChange(route.Key, null));
        var changed = routes
            .Where(route => Find(route.Key)?.Hash != route.Hash)
            .Select(route => new PublishedChange(route.Key, route));
        return TryApply(version, hash, [.. removed, .. changed], out image, out reason);
    }

    private bool TryApply(
        RouteVersion version, ContentHash hash, IReadOnlyList<PublishedChange> changes,
        [NotNullWhen(true)] out RouteImage? image, [NotNullWhen(false)] out string? reason)
    {
        var reached = changes.Aggregate(
            Hash, (sum, change) => sum ^ (Find(change.Key)?.Hash ?? default) ^ (change.Route?.Hash ?? default));
        (image, reason) = reached == hash
            ? (new RouteImage(hash, Table.Apply(version.Value, changes.Select(Change))), (string?)null)
            : (null, $"the routes of version {version} have the hash {reached}, but the version's hash is {hash}");
        return image is not null;
    }

    private PublishedRoute? Find(string key) => Table.Find(key) is { } entry ? RouteOf(entry) : null;

    private static RouteTableChange Change(PublishedChange change) => change.Route is { } route
        ? RouteTableChange.Put(EntryOf(route))
        : RouteTableChange.Remove(change.Key);
}
