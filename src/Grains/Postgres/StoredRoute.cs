namespace EndpointSync.Grains.Postgres;

/// <summary>
/// A route as a version has it: the columns of <c>endpoint_route</c> that readers build their rules from, and the app that answers, which is null
/// for other consumers' routes.
/// </summary>
internal sealed record StoredRoute(string Key, string? Route, string? Opts, string? Routing, string? RouteGroup, string? App = null)
{
    /// <summary>What the route contributes to its version's hash.</summary>
    public ContentHash Hash => ContentHash.Of(Key, Route, Opts, Routing, RouteGroup, App);
}

/// <summary>What one version did to one route: added (no before), changed, or removed (no after).</summary>
internal sealed record RouteChange(StoredRoute? Before, StoredRoute? After)
{
    public string Key => (Before ?? After)!.Key;
}

/// <summary>What one version did to the routes, in numbers.</summary>
internal readonly record struct RouteCounts(int Added, int Changed, int Removed)
{
    public int Sum => Added + Changed + Removed;

    public static RouteCounts Of(IReadOnlyCollection<RouteChange> changes) => new(
        changes.Count(change => change.Before is null),
        changes.Count(change => change is { Before: not null, After: not null }),
        changes.Count(change => change.After is null));
}
