namespace EndpointSync.Grains.Postgres;

/// <summary>A route as a version has it: the columns of <c>endpoint_route</c> that readers build their rules from.</summary>
internal sealed record StoredRoute(string Key, string? Route, string? Opts, string? Routing, string? RouteGroup);

/// <summary>What one version did to one route: added (no before), changed, or removed (no after).</summary>
internal sealed record RouteChange(StoredRoute? Before, StoredRoute? After)
{
    public string Key => (Before ?? After)!.Key;
}

/// <summary>What one version did to the routes, in numbers.</summary>
internal readonly record struct RouteCounts(int Added, int Changed, int Removed)
{
    public static RouteCounts Of(IReadOnlyCollection<RouteChange> changes) => new(
        changes.Count(change => change.Before is null),
        changes.Count(change => change is { Before: not null, After: not null }),
        changes.Count(change => change.After is null));
}
