using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The first sync of a registry would change what Odoo serves. Whoever attaches a registry sees that before it happens.
/// </summary>
internal static class FirstSync
{
    private const int MostShown = 10;

    /// <summary>Why a first sync that nobody allowed it is refused; null if it is not.</summary>
    /// <param name="plan">What the sync would write.</param>
    /// <param name="before">The endpoints and rows before.</param>
    public static ReloadProblem? ProblemOf(SyncPlan plan, EndpointScan before)
    {
        var changes = Changes(plan, before).ToList();
        if (changes.Count == 0)
        {
            return null;
        }

        var shown = string.Join("; ", changes.Take(MostShown));
        var more = changes.Count > MostShown ? $"; and {changes.Count - MostShown} more" : "";
        return new ReloadProblem(
            null,
            $"This is the registry's first sync, and it would change {changes.Count} routes that Odoo serves: "
            + $"{shown}{more}. Nothing was written, and the registry stays due.",
            "If that is meant, reload with attach=true (endpointsync reload --attach). "
            + "Otherwise correct the endpoints first, or let Odoo sync them.");
    }

    /// <inheritdoc cref="ProblemOf" />
    /// <exception cref="SyncRefusedException">It would change or delete a row that Odoo serves.</exception>
    public static void RefuseIfServedChanges(SyncPlan plan, EndpointScan before)
    {
        if (ProblemOf(plan, before) is { } problem)
        {
            throw new SyncRefusedException(problem);
        }
    }

    // Odoo serves the rows of active endpoints whose rules it can read. The row of an endpoint whose path another one
    // has may go: the other one answers in any case.
    private static IEnumerable<string> Changes(SyncPlan plan, EndpointScan before)
    {
        var active = before.Endpoints.Where(endpoint => endpoint.Active).ToDictionary(endpoint => endpoint.Id);
        var served = before.Routes
            .Where(row => row.EndpointId is { } id && active.ContainsKey(id) && row.Route?.StartsWith('/') == true)
            .ToDictionary(row => row.Key, StringComparer.Ordinal);
        var written = plan.Writes.ToDictionary(row => row.Key, StringComparer.Ordinal);
        var gone = plan.Removals.Select(row => row.Key).Concat(written.Keys).ToHashSet(StringComparer.Ordinal);
        var left = before.Routes.Where(row => !gone.Contains(row.Key))
            .Concat(plan.Writes)
            .Select(row => RootPath.LookupKey(row.Route ?? ""))
            .ToHashSet(StringComparer.Ordinal);
        var deleted = plan.Removals.Where(
            row => served.ContainsKey(row.Key) && !left.Contains(RootPath.LookupKey(row.Route!)));
        var changed = plan.Writes.Where(row => served.ContainsKey(row.Key));
        return
        [
            .. deleted.Select(row => $"endpoint {row.EndpointId} would lose {FirstRule(row)}"),
            .. changed.Select(row => $"endpoint {row.EndpointId} would get {FirstRule(row)} "
                + $"instead of {FirstRule(served[row.Key])}"),
        ];
    }

    private static string FirstRule(RouteRow row) => $"'{row.Route!.Split('|')[0]}'";
}
