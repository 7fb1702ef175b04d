namespace EndpointSync.Grains.Sync.Planning;

/// <summary>The writes that make routes match endpoints; empty if they match.</summary>
internal sealed record SyncPlan
{
    /// <summary>Rows that are absent or differ, by the endpoint they belong to.</summary>
    public required IReadOnlyList<RouteRow> Writes { get; init; }

    /// <summary>
    /// Rows that no longer have a routed endpoint: archived, deleted, quarantined, or superseded by a row under another
    /// key.
    /// </summary>
    public required IReadOnlyList<RouteRow> Removals { get; init; }

    /// <summary>
    /// Endpoints whose rows are right once the plan is carried out, and whose flag is not set yet; and those whose root
    /// path another one has.
    /// </summary>
    public required IReadOnlyList<int> MarkSynced { get; init; }

    /// <summary>Endpoints that nobody routes, and whose flag claims that they are routed.</summary>
    public required IReadOnlyList<int> MarkUnsynced { get; init; }

    /// <summary>Endpoints that claim to be synced but have no routes.</summary>
    public required IReadOnlyList<EndpointRow> Orphans { get; init; }

    /// <summary>Every endpoint that cannot be routed, known or new.</summary>
    public required IReadOnlyList<RejectedEndpoint> Rejected { get; init; }

    /// <summary>The plan that writes nothing.</summary>
    public static SyncPlan Empty { get; } = new()
    {
        Writes = [],
        Removals = [],
        MarkSynced = [],
        MarkUnsynced = [],
        Orphans = [],
        Rejected = [],
    };

    /// <summary>Whether nothing is to be written to the two tables.</summary>
    public bool IsEmpty => Writes.Count + Removals.Count + MarkSynced.Count + MarkUnsynced.Count == 0;

    /// <summary>The endpoints that the plan touches, rows without an endpoint included.</summary>
    public IEnumerable<int> EndpointIds =>
        Writes.Concat(Removals).Select(row => row.EndpointId!.Value).Concat(MarkSynced).Concat(MarkUnsynced).Distinct();

    /// <summary>This plan and one for other endpoints.</summary>
    public SyncPlan And(SyncPlan other) => new()
    {
        Writes = [.. Writes, .. other.Writes],
        Removals = [.. Removals, .. other.Removals],
        MarkSynced = [.. MarkSynced, .. other.MarkSynced],
        MarkUnsynced = [.. MarkUnsynced, .. other.MarkUnsynced],
        Orphans = [.. Orphans, .. other.Orphans],
        Rejected = [.. Rejected, .. other.Rejected],
    };

    /// <summary>The part of the plan that touches none of the given endpoints.</summary>
    public SyncPlan Without(IReadOnlySet<int> endpointIds) => endpointIds.Count == 0 ? this : this with
    {
        Writes = [.. Writes.Where(row => !endpointIds.Contains(row.EndpointId!.Value))],
        Removals = [.. Removals.Where(row => !endpointIds.Contains(row.EndpointId!.Value))],
        MarkSynced = [.. MarkSynced.Where(id => !endpointIds.Contains(id))],
        MarkUnsynced = [.. MarkUnsynced.Where(id => !endpointIds.Contains(id))],
        Orphans = [.. Orphans.Where(endpoint => !endpointIds.Contains(endpoint.Id))],
    };

    /// <summary>
    /// The part of the plan after which no two endpoints have the same rules. An endpoint that takes over the root path
    /// of another waits while the other's row must stay.
    /// </summary>
    /// <param name="stored">The rows before the plan is carried out.</param>
    /// <param name="reserved">
    /// The newest version's routes of endpoints that are left as they are. They stay theirs, whatever their rows say.
    /// </param>
    public SyncPlan WithoutCollisions(
        IReadOnlyCollection<RouteRow> stored, IReadOnlyCollection<StoredRoute> reserved)
    {
        var plan = this;
        var colliding = plan.Colliding(stored, reserved);
        while (colliding.Count > 0)
        {
            plan = plan.Without(colliding);
            colliding = plan.Colliding(stored, reserved);
        }

        return plan;
    }

    private HashSet<int> Colliding(IEnumerable<RouteRow> stored, IReadOnlyCollection<StoredRoute> reserved)
    {
        var rewritten = Writes.Concat(Removals).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var kept = stored.Where(row => row.EndpointId is not null && !rewritten.Contains(row.Key))
            .Select(row => RootPath.LookupKey(row.Route ?? ""))
            .ToHashSet(StringComparer.Ordinal);
        var others = reserved.ToLookup(
            route => RootPath.LookupKey(route.Route ?? ""), route => route.EndpointId, StringComparer.Ordinal);
        return
        [
            .. Writes.Where(row => RootPath.LookupKey(row.Route!) is var path
                    && (kept.Contains(path) || others[path].Any(id => id != row.EndpointId)))
                .Select(row => row.EndpointId!.Value),
        ];
    }
}
