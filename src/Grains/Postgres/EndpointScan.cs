using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Sync;

namespace EndpointSync.Grains.Postgres;

/// <summary>Some endpoints of a registry and their route rows, together with the endpoints that have the root paths that those want.</summary>
/// <param name="Ids">The endpoints that were looked for, whether they exist or not.</param>
/// <param name="Endpoints">Those that exist.</param>
/// <param name="Routes">Their rows, and the rows that nobody owns any more.</param>
internal sealed record EndpointScan(IReadOnlySet<int> Ids, IReadOnlyList<EndpointRow> Endpoints, IReadOnlyList<RouteRow> Routes)
{
    /// <summary>Of no endpoint.</summary>
    public static EndpointScan Empty { get; } = new(new HashSet<int>(), [], []);

    /// <summary>What is due, but for endpoints that stay as they are. What those declare meanwhile takes no root path from anybody.</summary>
    public SyncPlan Plan(IReadOnlySet<int> left) => left.Count == 0
        ? SyncPlanner.Plan(Endpoints, Routes)
        : SyncPlanner.Plan(Endpoints.Where(endpoint => !left.Contains(endpoint.Id)), Routes.Where(row => row.EndpointId is not { } id || !left.Contains(id)));

    /// <summary>Of what is due, the endpoints whose root path one that stays as it is has still; they can only change together.</summary>
    public HashSet<int> HeldBack(IReadOnlySet<int> left)
    {
        var staying = left.ToHashSet();
        for (var before = -1; before != staying.Count;)
        {
            before = staying.Count;
            var plan = Plan(staying);
            staying.UnionWith(plan.EndpointIds.Except(plan.WithoutCollisions(Routes).EndpointIds));
        }

        return [.. staying.Except(left)];
    }

    /// <summary>Every endpoint that cannot be routed: what a plan found among these, and what is known of the others.</summary>
    public IReadOnlyList<RejectedEndpoint> Rejected(SyncPlan plan, IEnumerable<RejectedEndpoint> known, IReadOnlySet<int> left) =>
    [
        .. plan.Rejected.Where(endpoint => !left.Contains(endpoint.Id)),
        .. known.Where(endpoint => !Ids.Contains(endpoint.Id) || left.Contains(endpoint.Id)),
    ];

    /// <summary>The digests of the rules that these endpoints want; some may have them already, beside another one.</summary>
    public string[] Claims() => [.. Endpoints.Where(endpoint => endpoint.Active).Select(RouteOf).OfType<string>().Select(DigestOf)];

    private static string? RouteOf(EndpointRow endpoint) => RootPath.TryNormalize(endpoint.RootPath, out var path, out _) ? ExpectedRoute.RouteOf(path) : null;

    // As Postgres' md5 gives it; it only finds rows, and the rules themselves are compared then.
    [SuppressMessage("Security", "CA5351", Justification = "Not for security: the index is on Postgres' md5.")]
    private static string DigestOf(string route) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(route)));

    /// <summary>
    /// These endpoints as they are when a plan was carried out, and nobody can change before the commit: those that are locked and whose rows it locked or
    /// wrote. A row that another writer adds for one of them is noted.
    /// </summary>
    /// <param name="done">The plan, as far as it was carried out.</param>
    /// <param name="locked">The endpoints that are locked.</param>
    public EndpointScan Settled(SyncPlan done, IReadOnlySet<int> locked)
    {
        var ids = done.EndpointIds.Where(locked.Contains).ToHashSet();
        var marks = done.MarkSynced.Select(id => (Id: id, Synced: true)).Concat(done.MarkUnsynced.Select(id => (Id: id, Synced: false))).ToDictionary();
        var rewritten = done.Writes.Concat(done.Removals).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var endpoints = Endpoints.Where(endpoint => ids.Contains(endpoint.Id));
        var kept = Routes.Where(row => !rewritten.Contains(row.Key));
        return new EndpointScan(
            ids,
            [.. endpoints.Select(endpoint => endpoint with { RegistrySync = marks.GetValueOrDefault(endpoint.Id, endpoint.RegistrySync) })],
            [.. kept.Concat(done.Writes).Where(row => row.EndpointId is { } id && ids.Contains(id))]);
    }

    /// <summary>These without some endpoints.</summary>
    public EndpointScan Without(IReadOnlySet<int> ids) => ids.Count == 0 ? this : new EndpointScan(
        Ids.Except(ids).ToHashSet(),
        [.. Endpoints.Where(endpoint => !ids.Contains(endpoint.Id))],
        [.. Routes.Where(row => row.EndpointId is not { } id || !ids.Contains(id))]);

    /// <summary>These endpoints and others.</summary>
    public EndpointScan And(EndpointScan others) => Ids.Count == 0
        ? others
        : new EndpointScan(Ids.Union(others.Ids).ToHashSet(), [.. Endpoints, .. others.Endpoints], [.. Routes, .. others.Routes]);
}
