using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// Some endpoints of a registry and their route rows, together with the endpoints that hold the root paths they want.
/// </summary>
/// <param name="Ids">The requested endpoints, whether they exist or not.</param>
/// <param name="Endpoints">Those that exist.</param>
/// <param name="Routes">Their rows, and the rows that no longer have an owner.</param>
/// <param name="Published">The newest version's routes of these endpoints, if some of them may be left as they are.
/// </param>
/// <param name="NeedsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
internal sealed record EndpointScan(
    IReadOnlySet<int> Ids, IReadOnlyList<EndpointRow> Endpoints, IReadOnlyList<RouteRow> Routes,
    IReadOnlyList<StoredRoute> Published, bool NeedsReadonly = true)
{
    /// <summary>The scan of no endpoint.</summary>
    public static EndpointScan Empty { get; } = new(new HashSet<int>(), [], [], []);

    /// <summary>
    /// Plans these endpoints, except for those that are left as they are. What those declare meanwhile takes no root
    /// path from any other.
    /// </summary>
    public SyncPlan Plan(IReadOnlySet<int> left) => left.Count == 0
        ? SyncPlanner.Plan(Endpoints, Routes, NeedsReadonly)
        : SyncPlanner.Plan(
            Endpoints.Where(endpoint => !left.Contains(endpoint.Id)),
            Routes.Where(row => row.EndpointId is not { } id || !left.Contains(id)), NeedsReadonly);

    /// <summary>The same, and what brings the rows of some endpoints back to what the newest version says.</summary>
    public SyncPlan Plan(IReadOnlySet<int> left, IReadOnlySet<int> restored) =>
        restored.Count == 0 ? Plan(left) : Plan(left).And(Restoration(restored));

    /// <summary>
    /// The due endpoints whose root path is still held by one that is left as it is. They can only change together.
    /// </summary>
    public HashSet<int> HeldBack(IReadOnlySet<int> left)
    {
        var staying = left.ToHashSet();
        int before;
        do
        {
            before = staying.Count;
            var plan = Plan(staying);
            var reserved = Reserved(staying);
            staying.UnionWith(plan.EndpointIds.Except(plan.WithoutCollisions(Routes, reserved).EndpointIds));
            staying.UnionWith(ClaimsOf(staying, reserved));
        }
        while (staying.Count != before);

        return [.. staying.Except(left)];
    }

    /// <summary>
    /// The newest version's routes of endpoints that are left as they are. They stay theirs, whatever their rows say.
    /// </summary>
    public IReadOnlyCollection<StoredRoute> Reserved(IReadOnlySet<int> left) =>
        [.. Published.Where(route => route.EndpointId is { } id && left.Contains(id))];

    // An endpoint may have the row already, if another writer wrote it.
    private IEnumerable<int> ClaimsOf(HashSet<int> left, IReadOnlyCollection<StoredRoute> reserved)
    {
        if (reserved.Count == 0)
        {
            return [];
        }

        var paths = reserved.Select(route => LookupKeyOf(route.Route)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Endpoints.Where(
                endpoint => endpoint.Active && !left.Contains(endpoint.Id) && paths.Contains(LookupKeyOf(endpoint)))
                .Select(endpoint => endpoint.Id),
        ];
    }

    /// <summary>
    /// Of some endpoints that wait for a reload, those that their writer published without announcing it: the rows are
    /// what the endpoint declares, and so is the app in the newest version, which rows do not tell.
    /// </summary>
    public HashSet<int> PublishedByWriter(IReadOnlySet<int> waiting, IReadOnlySet<int> left) =>
        [.. waiting.Where(id => IsPublished(id, left))];

    private bool IsPublished(int id, IReadOnlySet<int> left)
    {
        var rows = Routes.Where(row => row.EndpointId == id).ToList();
        if (Endpoints.FirstOrDefault(endpoint => endpoint.Id == id) is not { Active: true } endpoint)
        {
            return rows.Count == 0;
        }

        var alone = SyncPlanner.Plan([endpoint], rows, NeedsReadonly);
        return rows.Count == 1 && alone.Writes.Count + alone.Removals.Count + alone.Rejected.Count == 0
            && Published.Where(route => route.EndpointId == id).All(route => route.App == endpoint.App)
            && !IsContended(id, LookupKeyOf(rows[0].Route), left);
    }

    private bool IsContended(int id, string path, IReadOnlySet<int> left) =>
        Published.Any(other => LookupKeyOf(other.Route) == path && other.EndpointId != id)
            || Routes.Any(other => LookupKeyOf(other.Route) == path && other.EndpointId != id)
            || Endpoints.Any(
                other => other.Id != id && other.Active && !left.Contains(other.Id) && LookupKeyOf(other) == path);

    // Equal for routes that are one path to Odoo's lookup.
    private static string LookupKeyOf(string? route) => RootPath.LookupKey(route ?? "");

    private static string LookupKeyOf(EndpointRow endpoint) =>
        RootPath.TryNormalize(endpoint.RootPath, out var path, out _)
            ? LookupKeyOf(ExpectedRoute.RouteOf(path))
            : "";

    private bool IsSame(RouteRow row, RouteRow other) => ExpectedRoute.Matches(row, other, NeedsReadonly);

    // A row that equals the version's is left alone: another writer may have spelled its JSON differently.
    private SyncPlan Restoration(IReadOnlySet<int> restored)
    {
        var kept = Reserved(restored).ToDictionary(route => route.Key, route => route.Row, StringComparer.Ordinal);
        var stored = Routes.Where(row => row.EndpointId is { } id && restored.Contains(id)).ToList();
        return SyncPlan.Empty with
        {
            Writes = [.. kept.Values.Where(row => !stored.Exists(other => IsSame(row, other)))],
            Removals = [.. stored.Where(row => !kept.ContainsKey(row.Key))],
        };
    }

    /// <summary>
    /// What brings endpoints back to the newest version while that is pinned: their rows, and the flags of those whose
    /// declaration is not what is published.
    /// </summary>
    /// <param name="ids">The endpoints.</param>
    /// <param name="waiting">Those among them whose flags are their editor's.</param>
    public SyncPlan PinnedPlan(IReadOnlySet<int> ids, IReadOnlySet<int> waiting)
    {
        var declared = SyncPlanner.Plan(Endpoints, Published.Select(route => route.Row), NeedsReadonly);
        var unpublished = declared.Writes.Concat(declared.Removals).Select(row => row.EndpointId).ToHashSet();
        var apps = Published.ToLookup(route => route.EndpointId, route => route.App);
        return Restoration(ids) with
        {
            MarkUnsynced =
            [
                .. Endpoints.Where(endpoint => endpoint.RegistrySync && ids.Contains(endpoint.Id))
                    .Where(endpoint => !waiting.Contains(endpoint.Id))
                    .Where(endpoint =>
                        unpublished.Contains(endpoint.Id) || apps[endpoint.Id].Any(app => app != endpoint.App))
                    .Select(endpoint => endpoint.Id),
            ],
        };
    }

    /// <summary>
    /// Every endpoint that cannot be routed: those that a plan found here, and the known ones among the others.
    /// </summary>
    public IReadOnlyList<RejectedEndpoint> Rejected(
        SyncPlan plan, IEnumerable<RejectedEndpoint> known, IReadOnlySet<int> left) =>
    [
        .. plan.Rejected.Where(endpoint => !left.Contains(endpoint.Id)),
        .. known.Where(endpoint => !Ids.Contains(endpoint.Id) || left.Contains(endpoint.Id)),
    ];

    /// <summary>The requested endpoints that are gone or archived.</summary>
    public HashSet<int> Withdrawn() =>
        [.. Ids.Except(Endpoints.Where(endpoint => endpoint.Active).Select(endpoint => endpoint.Id))];

    /// <summary>The record of an endpoint that Postgres refused to write. It may be gone and have left a row.</summary>
    public RejectedEndpoint Reject(int id, string reason) =>
        Endpoints.FirstOrDefault(endpoint => endpoint.Id == id) is { } endpoint
            ? new RejectedEndpoint(id, endpoint.Name, RootPath.Shorten(endpoint.RootPath), reason)
            : new RejectedEndpoint(id, "", "", reason);

    /// <summary>
    /// The digests of the rules that these endpoints want, in all spellings that are one path to Odoo. Others may have
    /// them already.
    /// </summary>
    public string[] Claims() => Claims(Endpoints.Select(endpoint => endpoint.Id).ToHashSet());

    /// <summary>The same, of some of them.</summary>
    public string[] Claims(IReadOnlySet<int> ids) =>
    [
        .. Endpoints.Where(endpoint => endpoint.Active && ids.Contains(endpoint.Id)).SelectMany(RoutesOf)
            .Select(DigestOf)
            .Distinct(),
    ];

    /// <summary>The route that an endpoint wants; null if its root path is not valid.</summary>
    public static string? RouteOf(EndpointRow endpoint) =>
        endpoint.Unreadable is null && RootPath.TryNormalize(endpoint.RootPath, out var path, out _)
            ? ExpectedRoute.RouteOf(path) : null;

    private static string[] RoutesOf(EndpointRow endpoint) =>
        RouteOf(endpoint) is { } route ? RootPath.Folds(route) : [];

    // As Postgres' md5 returns it. It only finds rows; the rules themselves are compared afterwards.
    [SuppressMessage("Security", "CA5351", Justification = "Not for security: the index is on Postgres' md5.")]
    private static string DigestOf(string route) =>
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(route)));

    /// <summary>
    /// The endpoints after a plan was carried out, limited to those that no other writer can change before the commit:
    /// they are locked, and the plan locked or wrote their rows. A row that another writer adds for one of them is
    /// recorded.
    /// </summary>
    /// <param name="done">The plan, as far as it was carried out.</param>
    /// <param name="locked">The endpoints that are locked.</param>
    public EndpointScan AfterPlan(SyncPlan done, IReadOnlySet<int> locked)
    {
        var ids = done.EndpointIds.Where(locked.Contains).ToHashSet();
        var marks = done.MarkSynced.Select(id => (Id: id, Synced: true))
            .Concat(done.MarkUnsynced.Select(id => (Id: id, Synced: false)))
            .ToDictionary();
        var rewritten = done.Writes.Concat(done.Removals).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var endpoints = Endpoints.Where(endpoint => ids.Contains(endpoint.Id));
        var kept = Routes.Where(row => !rewritten.Contains(row.Key));
        return new EndpointScan(
            ids,
            [
                .. endpoints.Select(endpoint => endpoint with
                {
                    RegistrySync = marks.GetValueOrDefault(endpoint.Id, endpoint.RegistrySync),
                }),
            ],
            [.. kept.Concat(done.Writes).Where(row => row.EndpointId is { } id && ids.Contains(id))],
            [.. Published.Where(route => route.EndpointId is { } id && ids.Contains(id))], NeedsReadonly);
    }

    /// <summary>This scan without some endpoints.</summary>
    public EndpointScan Without(IReadOnlySet<int> ids) => ids.Count == 0 ? this : new EndpointScan(
        Ids.Except(ids).ToHashSet(),
        [.. Endpoints.Where(endpoint => !ids.Contains(endpoint.Id))],
        [.. Routes.Where(row => row.EndpointId is not { } id || !ids.Contains(id))],
        [.. Published.Where(route => route.EndpointId is not { } id || !ids.Contains(id))], NeedsReadonly);

    /// <summary>This scan and another one.</summary>
    public EndpointScan And(EndpointScan others) => Ids.Count == 0
        ? others
        : new EndpointScan(
            Ids.Union(others.Ids).ToHashSet(), [.. Endpoints, .. others.Endpoints], [.. Routes, .. others.Routes],
            [.. Published, .. others.Published], NeedsReadonly);
}
