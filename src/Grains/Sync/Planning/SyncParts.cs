namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// Divides the endpoints of a large plan, so that each part is a transaction of its own: what is committed stays,
/// however large the rest is. Endpoints that pass root paths on to each other stay together.
/// </summary>
internal static class SyncParts
{
    /// <summary>The endpoints of each part, the oldest first.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="scan">The endpoints that it was made from.</param>
    /// <param name="size">How many endpoints a part has, unless more belong together.</param>
    public static IReadOnlyList<HashSet<int>> Of(SyncPlan plan, EndpointScan scan, int size)
    {
        var ids = plan.EndpointIds.Order().ToList();
        if (ids.Count <= size)
        {
            return [[.. ids]];
        }

        var parts = new List<HashSet<int>>();
        HashSet<int> part = [];
        foreach (var related in Related(ids, scan))
        {
            if (part.Count > 0 && part.Count + related.Count > size)
            {
                parts.Add(part);
                part = [];
            }

            part.UnionWith(related);
        }

        parts.Add(part);
        return parts;
    }

    // Endpoints that want or have the same route, directly or through others.
    private static List<List<int>> Related(List<int> ids, EndpointScan scan)
    {
        var wanted = scan.Endpoints.Select(endpoint => (endpoint.Id, Route: EndpointScan.RouteOf(endpoint)));
        var had = scan.Routes.Select(row => (Id: row.EndpointId ?? 0, row.Route));
        var routesOf = wanted.Concat(had).Where(pair => pair.Route is not null)
            .ToLookup(pair => pair.Id, pair => pair.Route!);
        var idsOf = ids.SelectMany(id => routesOf[id].Select(route => (Id: id, Route: route)))
            .ToLookup(pair => pair.Route, pair => pair.Id, StringComparer.Ordinal);
        var seen = new HashSet<int>();
        List<List<int>> groups = [];
        foreach (var id in ids.Where(seen.Add))
        {
            List<int> group = [id];
            for (var next = 0; next < group.Count; next++)
            {
                group.AddRange(routesOf[group[next]].SelectMany(route => idsOf[route]).Where(seen.Add));
            }

            groups.Add(group);
        }

        return groups;
    }
}
