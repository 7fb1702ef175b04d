namespace EndpointSync.Grains.Sync.Planning;

/// <summary>A route as the newest version has it and as it is stored, and what its endpoint declares besides.</summary>
/// <param name="Key">The key.</param>
/// <param name="Known">The newest version's route; null if it has none under this key.</param>
/// <param name="Since">The version that introduced it.</param>
/// <param name="Found">The stored row; null if there is none.</param>
/// <param name="IsFlagged">Whether the endpoint's flag says that its routes are published.</param>
/// <param name="App">The app that the endpoint declares; null for other consumers' routes.</param>
internal sealed record ComparedRoute(
    string Key, StoredRoute? Known, RouteVersion Since, StoredRoute? Found, bool IsFlagged, string? App);

/// <summary>Foresees the version that a plan leads to, by the rule of VersionWriter.sql, changes. Pure.</summary>
internal static class PlannedChanges
{
    /// <param name="compared">The routes of every endpoint of the plan, and those that other writers changed.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="left">Endpoints whose declaration the sync ignores.</param>
    public static List<RouteChange> Of(
        IEnumerable<ComparedRoute> compared, SyncPlan plan, IReadOnlySet<int> left)
    {
        var written = plan.Writes.ToDictionary(row => row.Key, StringComparer.Ordinal);
        var removed = plan.Removals.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var flags = plan.MarkSynced.Select(id => (Id: id, IsFlagged: true))
            .Concat(plan.MarkUnsynced.Select(id => (Id: id, IsFlagged: false)))
            .ToDictionary();
        return [.. compared.Select(Foresee).Where(change => change.Before != change.After)];

        RouteChange Foresee(ComparedRoute route)
        {
            var after = written.GetValueOrDefault(route.Key) is { } row
                ? new StoredRoute(row.Key, row.Route, row.Opts, row.Routing, route.Found?.RouteGroup)
                : removed.Contains(route.Key) ? null : route.Found;
            return new RouteChange(route.Known, after is null ? null : after with { App = AppOf(route) });
        }

        string? AppOf(ComparedRoute route)
        {
            var id = RouteRow.EndpointIdOf(route.Key) ?? 0;
            var isLive = flags.GetValueOrDefault(id, route.IsFlagged) && !left.Contains(id);
            return route.Known is null || isLive ? route.App : route.Known.App;
        }
    }
}
