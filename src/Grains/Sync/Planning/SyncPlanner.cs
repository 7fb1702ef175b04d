namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// Compares endpoints with route rows. Pure: the same rows always give the same plan, and after a plan is carried out
/// the next one is empty.
/// </summary>
internal static class SyncPlanner
{
    /// <summary>Plans the writes that make the rows match the endpoints.</summary>
    /// <param name="endpoints">Every endpoint of the registry, archived ones included.</param>
    /// <param name="routes">The route rows of endpoints; other consumers' rows are ignored.</param>
    /// <param name="needsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
    public static SyncPlan Plan(
        IEnumerable<EndpointRow> endpoints, IEnumerable<RouteRow> routes, bool needsReadonly = true)
    {
        var rowsOf = routes.Where(row => row.EndpointId is not null).ToLookup(row => row.EndpointId!.Value);
        var ordered = endpoints.OrderBy(endpoint => endpoint.Id).ToList();
        var draft = new Draft(needsReadonly);
        var ownerOf = OwnersOf(ordered);
        foreach (var endpoint in ordered)
        {
            Compare(draft, endpoint, rowsOf[endpoint.Id], ownerOf);
        }

        var known = ordered.Select(endpoint => endpoint.Id).ToHashSet();
        draft.Removals.AddRange(rowsOf.Where(rows => !known.Contains(rows.Key)).SelectMany(rows => rows));
        return draft.ToPlan();
    }

    private static void Compare(
        Draft draft, EndpointRow endpoint, IEnumerable<RouteRow> stored,
        Dictionary<string, EndpointRow> ownerOf)
    {
        if (!endpoint.Active)
        {
            Unroute(draft, endpoint, stored, inSync: true);
        }
        else if (!IsRoutable(endpoint, out var rootPath, out var reason))
        {
            Quarantine(draft, endpoint, stored, reason);
        }
        else if (ownerOf[RootPath.LookupKey(rootPath)] is var owner && owner != endpoint)
        {
            Supersede(draft, endpoint, stored, owner);
        }
        else
        {
            Route(draft, endpoint, ExpectedRoute.For(endpoint.Id, rootPath, endpoint.SaveHttpSession), [.. stored]);
        }
    }

    private static void Route(Draft draft, EndpointRow endpoint, RouteRow expected, RouteRow[] stored)
    {
        if (endpoint.RegistrySync && stored.Length == 0)
        {
            draft.Orphans.Add(endpoint);
        }

        if (!stored.Any(row => ExpectedRoute.Matches(expected, row, draft.NeedsReadonly)))
        {
            draft.Writes.Add(expected);
        }

        draft.Removals.AddRange(stored.Where(row => row.Key != expected.Key));
        MarkSynced(draft, endpoint);
    }

    private static void MarkSynced(Draft draft, EndpointRow endpoint)
    {
        if (!endpoint.RegistrySync)
        {
            draft.MarkSynced.Add(endpoint.Id);
        }
    }

    private static void Unroute(Draft draft, EndpointRow endpoint, IEnumerable<RouteRow> stored, bool inSync)
    {
        draft.Removals.AddRange(stored);
        if (endpoint.RegistrySync != inSync)
        {
            (inSync ? draft.MarkSynced : draft.MarkUnsynced).Add(endpoint.Id);
        }
    }

    // What Odoo's workers made of the endpoint stays: they may serve what a sync would not write, and would write it
    // again. Then the flag is set too, because an edit of its app goes live with its flag.
    private static void Quarantine(Draft draft, EndpointRow endpoint, IEnumerable<RouteRow> stored, string reason)
    {
        draft.Rejected.Add(Rejected(endpoint, reason));
        var rows = stored.ToLookup(row => ExpectedRoute.IsMadeByOdoo(endpoint, row));
        if (rows[true].Any())
        {
            draft.Removals.AddRange(rows[false]);
            MarkSynced(draft, endpoint);
        }
        else
        {
            Unroute(draft, endpoint, rows[false], inSync: false);
        }
    }

    // As running Odoo workers answer. Their map from root paths to ids keeps the youngest endpoint of one spelling. Of
    // several spellings that are one to their lookup, they find the one that is first in the map, in the order of ids.
    private static Dictionary<string, EndpointRow> OwnersOf(IEnumerable<EndpointRow> ordered)
    {
        var ownerOf = new Dictionary<string, EndpointRow>(StringComparer.Ordinal);
        foreach (var endpoint in ordered.Where(endpoint => endpoint.Active))
        {
            if (IsRoutable(endpoint, out var rootPath, out _))
            {
                var key = RootPath.LookupKey(rootPath);
                if (!ownerOf.TryAdd(key, endpoint) && ownerOf[key].RootPath == endpoint.RootPath)
                {
                    ownerOf[key] = endpoint;
                }
            }
        }

        return ownerOf;
    }

    // Its row would be a second route of the owner's path. Its flag is set, because Odoo's workers write the row of
    // every endpoint without one, again and again.
    private static void Supersede(
        Draft draft, EndpointRow endpoint, IEnumerable<RouteRow> stored, EndpointRow owner)
    {
        var spelling = owner.RootPath == endpoint.RootPath
            ? ""
            : $" as '{owner.RootPath}', which is the same path to Odoo's workers when they look up the app";
        draft.Rejected.Add(Rejected(
            endpoint, $"root path '{endpoint.RootPath}' is taken by endpoint {owner.Id} '{owner.Name}'{spelling}"));
        Unroute(draft, endpoint, stored, inSync: true);
    }

    private static RejectedEndpoint Rejected(EndpointRow endpoint, string reason) =>
        new(endpoint.Id, endpoint.Name, RootPath.Shorten(endpoint.RootPath), reason);

    private static bool IsRoutable(EndpointRow endpoint, out string rootPath, out string reason)
    {
        reason = "";
        rootPath = "";
        if (endpoint.Id < 1)
        {
            reason = $"the endpoint's id is {endpoint.Id}; keys of routes name ids from 1";
            return false;
        }

        if (endpoint.Unreadable is { } unreadable)
        {
            reason = $"the {unreadable} has bytes that are no text in the database's encoding";
            return false;
        }

        if (!RootPath.TryNormalize(endpoint.RootPath, out var normalized, out var invalid))
        {
            reason = invalid;
            return false;
        }

        rootPath = normalized;
        return true;
    }

    private sealed class Draft(bool needsReadonly)
    {
        public bool NeedsReadonly => needsReadonly;

        public List<RouteRow> Writes { get; } = [];

        public List<RouteRow> Removals { get; } = [];

        public List<int> MarkSynced { get; } = [];

        public List<int> MarkUnsynced { get; } = [];

        public List<EndpointRow> Orphans { get; } = [];

        public List<RejectedEndpoint> Rejected { get; } = [];

        public SyncPlan ToPlan() => new()
        {
            Writes = Writes,
            Removals = Removals,
            MarkSynced = MarkSynced,
            MarkUnsynced = MarkUnsynced,
            Orphans = Orphans,
            Rejected = Rejected,
        };
    }
}
