using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Model;

/// <summary>
/// A sync of the model: the product's own planning over the tables of a <see cref="ModelState"/>. What the product does
/// in SQL is written again here.
/// </summary>
internal static class ModelSync
{
    private static readonly Dictionary<(int Id, string Path), RouteRow> RowsOf = [];

    /// <summary>Runs one.</summary>
    /// <param name="before">The state of its preflight.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="scope">What is to be made current.</param>
    /// <param name="meanwhile">What others do between its preflight and its lock.</param>
    public static ModelState Run(
        ModelState before, ModelRules rules, ReloadScope scope, Func<ModelState, ModelState> meanwhile)
    {
        var found = rules.Due(before, scope);
        if (found.NeedsFullCheck)
        {
            found = found.With(FullCheck(before), Quarantined(before));
        }

        var first = Scan(before, found.EndpointIds, rules);
        var preflight = found.Given(first, Quarantined(before));
        var state = meanwhile(before);
        var touched = first.Plan(preflight.Left, preflight.Restored)
            .EndpointIds.Concat(preflight.EndpointIds)
            .Concat(Quarantined(state).Except(preflight.Left))
            .ToHashSet();
        var work = rules.Since(found, state, touched);
        var scan = Scan(state, touched, rules);
        work = work.Given(scan, Quarantined(state));
        var wanted = scan.Plan(work.Left, work.Restored);
        var plan = wanted.WithoutCollisions(scan.Routes, scan.Reserved(work.Left));
        var unrestored = wanted.EndpointIds.Except(plan.EndpointIds).Intersect(work.Restored).ToHashSet();
        work = work.Without(unrestored);
        var rejected = scan.Rejected(plan, Known(state), work.Left).Select(endpoint => endpoint.Id).ToHashSet();
        var written = Written(state, plan) with { Quarantined = [.. ModelState.Ids.Select(rejected.Contains)] };
        return Kept(Published(written, touched, work), work, unrestored) with { IsBumpDue = false };
    }

    /// <summary>Runs one of a pinned registry, in which nobody comes between the look and the lock.</summary>
    /// <param name="state">The state.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="scope">A sync of everything compares the whole registry, and ignores backoffs.</param>
    public static ModelState RunPinned(ModelState state, ModelRules rules, ReloadScope scope)
    {
        var isOfEverything = scope == ReloadScope.Everything;
        var backedOff = ModelState.Ids.Where(id => state.BackedOff[id - 1] && !isOfEverything).ToHashSet();
        var due = DueChanges.Of(state.Pending(), [], backedOff, ReloadScope.Routes);
        var ids = due.UnderPin(isOfEverything || due.NeedsFullCheck ? FullCheck(state) : null);
        var scan = Scan(state, ids, rules);
        var wanted = scan.PinnedPlan(ids, due.Waiting);
        var plan = wanted.WithoutCollisions(scan.Routes, scan.Reserved(ids));
        var left = wanted.EndpointIds.Except(plan.EndpointIds).ToHashSet();
        return Kept(Written(state, plan), due, left) with { IsBumpDue = false };
    }

    private static IEnumerable<int> Quarantined(ModelState state) =>
        ModelState.Ids.Where(id => state.Quarantined[id - 1]);

    private static IEnumerable<RejectedEndpoint> Known(ModelState state) =>
        Quarantined(state).Select(id => new RejectedEndpoint(id, "", "", ""));

    // Every endpoint whose tables do not agree. Rows that differ from the version have changed keys.
    private static FullCheckResult FullCheck(ModelState state)
    {
        var changed = ModelState.Ids.Where(
            id => state.Rows[id - 1] != state.Version[id - 1]?.Path
                || (state.Declared[id - 1] is { IsFlagged: true } declared && state.Version[id - 1] is { } served
                    && declared.App != served.App)).ToList();
        var suspects = ModelState.Ids.Where(id => !IsObviouslyInSync(state, id)).ToHashSet();
        return new FullCheckResult(
            suspects.Concat(changed).ToHashSet(),
            suspects.Where(id => state.Declared[id - 1] is not { IsFlagged: true }).ToHashSet(),
            [.. changed.Select(id => RowOf(id, "/a").Key)]);
    }

    private static bool IsObviouslyInSync(ModelState state, int id) =>
        state.Declared[id - 1] is { } declared
            ? declared.IsFlagged && declared.Path == state.Rows[id - 1]
                && state.Declared.Count(other => other?.Path == declared.Path) == 1
            : state.Rows[id - 1] is null;

    private static EndpointScan Scan(ModelState state, IReadOnlySet<int> ids, ModelRules rules)
    {
        var claims = ids.Select(id => state.Declared[id - 1]?.Path).OfType<string>().ToHashSet();
        var owners = ModelState.Ids.Where(id => state.Version[id - 1] is { } served && claims.Contains(served.Path));
        var all = ids.Concat(owners).ToHashSet();
        return new EndpointScan(
            all,
            [
                .. all.Where(id => state.Declared[id - 1] is not null)
                    .Select(id => EndpointOf(id, state.Declared[id - 1]!)),
            ],
            [.. all.Where(id => state.Rows[id - 1] is not null).Select(id => RowOf(id, state.Rows[id - 1]!))],
            [.. rules.Published(state, all).Select(id => RouteOf(id, state.Version[id - 1]!))]);
    }

    private static ModelState Written(ModelState state, SyncPlan plan)
    {
        foreach (var row in plan.Removals)
        {
            state = state with { Rows = ModelState.Set(state.Rows, row.EndpointId!.Value, null) };
        }

        foreach (var row in plan.Writes)
        {
            state = state with { Rows = ModelState.Set(state.Rows, row.EndpointId!.Value, PathOf(row)) };
        }

        foreach (var (id, isFlagged) in plan.MarkSynced.Select(id => (id, true))
            .Concat(plan.MarkUnsynced.Select(id => (id, false))))
        {
            state = state with
            {
                Declared = ModelState.Set(state.Declared, id, state.Declared[id - 1]! with { IsFlagged = isFlagged }),
            };
        }

        return state;
    }

    // VersionWriter.sql, changes.
    private static ModelState Published(ModelState state, IEnumerable<int> touched, DueChanges work)
    {
        foreach (var id in touched.Where(id => !work.Keeps(id)))
        {
            var declared = state.Declared[id - 1];
            var isOpen = declared is not { IsFlagged: true } || work.Left.Contains(id);
            var app = state.Version[id - 1] is { } known && isOpen ? known.App : declared?.App ?? 0;
            state = state with
            {
                Version = ModelState.Set(
                    state.Version, id, state.Rows[id - 1] is { } path ? new ModelRoute(path, app) : null),
            };
        }

        return state;
    }

    // PendingChanges.AddTo.
    private static ModelState Kept(ModelState state, DueChanges work, HashSet<int> left)
    {
        var staying = work.StayingRecorded(left);
        var recorded = work.RecordedIds.ToHashSet();
        var superseded = work.Superseded.ToHashSet();
        var kept = state.Records.Select((record, at) => (Record: record, Id: (long)at + 1))
            .Where(record => !superseded.Contains(record.Id))
            .Where(record => !recorded.Contains(record.Id) || record.Record.Ids.Any(staying.Contains))
            .Select(
                record => recorded.Contains(record.Id)
                    ? record.Record with { Ids = [.. record.Record.Ids.Where(staying.Contains)] }
                    : record.Record);
        state = state with { Records = [.. kept] };
        state = work.Unrecorded.Count > 0 ? state.Recorded(ModelChange.Edit, [.. work.Unrecorded]) : state;
        left.ExceptWith(staying);
        left.UnionWith(work.BackedOff);
        return left.Count > 0 ? state.Recorded(ModelChange.Left, [.. left]) : state;
    }

    private static EndpointRow EndpointOf(int id, ModelEndpoint declared) => new(
        id, $"endpoint {id}", declared.Path, Active: true, declared.IsFlagged, SaveHttpSession: false,
        $"{declared.App}");

    private static StoredRoute RouteOf(int id, ModelRoute served)
    {
        var row = RowOf(id, served.Path);
        return new StoredRoute(row.Key, row.Route, row.Opts, row.Routing, null, $"{served.App}");
    }

    private static RouteRow RowOf(int id, string path)
    {
        if (!RowsOf.TryGetValue((id, path), out var row))
        {
            row = ExpectedRoute.For(id, path, saveHttpSession: false);
            RowsOf.Add((id, path), row);
        }

        return row;
    }

    private static string PathOf(RouteRow row) => row.Route!.Split('|')[0].TrimEnd('/');
}
