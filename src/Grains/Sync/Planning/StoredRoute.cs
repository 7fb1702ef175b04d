using EndpointSync.Wire;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// A route as a version has it: the columns of <c>endpoint_route</c> from which readers build their rules, and the app
/// that answers. The app is null for other consumers' routes.
/// </summary>
internal sealed record StoredRoute(
    string Key, string? Route, string? Opts, string? Routing, string? RouteGroup, string? App = null)
{
    /// <summary>The endpoint that the route belongs to, or null if it is another consumer's.</summary>
    public int? EndpointId => RouteRow.EndpointIdOf(Key);

    /// <summary>The row that stores the route, without what endpoints do not declare.</summary>
    public RouteRow Row => new(Key, Route, Opts, Routing);

    /// <summary>What the route contributes to its version's hash.</summary>
    public ContentHash Hash => ContentHash.Of(Key, Route, Opts, Routing, RouteGroup, App);
}

/// <summary>The effect of one version on one route: added (no before), changed, or removed (no after).</summary>
internal sealed record RouteChange(StoredRoute? Before, StoredRoute? After)
{
    public string Key => (Before ?? After)!.Key;

    /// <summary>Whether it is a route of an endpoint, and not another consumer's.</summary>
    public bool IsOfEndpoint => RouteRow.EndpointIdOf(Key) is not null;
}

/// <summary>How many routes a version added, changed and removed.</summary>
internal readonly record struct RouteCounts(int Added, int Changed, int Removed)
{
    public int Sum => Added + Changed + Removed;

    public static RouteCounts Of(IReadOnlyCollection<RouteChange> changes) => new(
        changes.Count(change => change.Before is null),
        changes.Count(change => change is { Before: not null, After: not null }),
        changes.Count(change => change.After is null));
}
