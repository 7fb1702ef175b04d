using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Some endpoints of a registry and their route rows, together with the endpoints that have the root paths that those want.</summary>
/// <param name="Ids">The endpoints that were looked for, whether they exist or not.</param>
/// <param name="Endpoints">Those that exist.</param>
/// <param name="Routes">Their rows, and the rows that nobody owns any more.</param>
internal sealed record EndpointScan(IReadOnlySet<int> Ids, IReadOnlyList<EndpointRow> Endpoints, IReadOnlyList<RouteRow> Routes)
{
    // One statement, because between two an endpoint could be committed together with its routes, and the routes would look ownerless.
    private const string Statement =
        """
        select e.id, e.name, e.root_path, e.active, e.registry_sync, e.save_http_session, r.key, r.route, r.opts, r.routing
        from (select distinct * from endpoint_sync.keys_of($1, $2, $3)) as wanted
        left join {odoo}.fastapi_endpoint as e on e.id = wanted.endpoint_id
        left join {odoo}.endpoint_route as r on r.key = wanted.key
        where wanted.endpoint_id is not null and (e.id is not null or r.key is not null)
        """;

    // Whoever has a root path and is not being looked at is in line, so the newest version knows it.
    private const string OwnersSql =
        """
        select distinct endpoint_id::integer from endpoint_sync.routes
        where schema_name = $1 and to_version is null and md5(route) = any($2) and endpoint_id is not null
        """;

    /// <summary>Looks at endpoints.</summary>
    /// <param name="database">The registry.</param>
    /// <param name="connection">The connection, in a transaction or not.</param>
    /// <param name="ids">The endpoints.</param>
    /// <param name="keys">Keys of further rows that may be theirs.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<EndpointScan> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, IEnumerable<int> ids, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var scan = await ReadOnlyAsync(database, connection, [.. ids], [.. keys], cancellationToken);
        var claims = scan.Claims();
        if (claims.Length == 0)
        {
            return scan;
        }

        var owners = await connection.ListAsync(
            OwnersSql, row => row.GetInt32(0), cancellationToken, database.SchemaName, PostgresCommands.Value(claims));
        return owners.TrueForAll(scan.Ids.Contains)
            ? scan
            : scan.And(await ReadOnlyAsync(database, connection, [.. owners.Where(id => !scan.Ids.Contains(id))], [], cancellationToken));
    }

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

    private static async Task<EndpointScan> ReadOnlyAsync(
        RegistryDatabase database, NpgsqlConnection connection, HashSet<int> ids, string[] keys, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            database.Sql.Of(Statement), database.SchemaName, PostgresCommands.Value(ids.ToArray()), PostgresCommands.Value(keys));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var endpoints = new Dictionary<int, EndpointRow>();
        var routes = new List<RouteRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
            {
                endpoints.TryAdd(reader.GetInt32(0), ReadEndpoint(reader));
            }

            if (!reader.IsDBNull(6))
            {
                routes.Add(new RouteRow(reader.GetString(6), reader.TextOrNull(7), reader.TextOrNull(8), reader.TextOrNull(9)));
            }
        }
        return new EndpointScan(ids, [.. endpoints.Values], routes);
    }

    // The digests of the rules that these endpoints want; some may have them already, beside another one.
    private string[] Claims() => [.. Endpoints.Where(endpoint => endpoint.Active).Select(RouteOf).OfType<string>().Select(DigestOf)];

    private static string? RouteOf(EndpointRow endpoint) => RootPath.TryNormalize(endpoint.RootPath, out var path, out _) ? ExpectedRoute.RouteOf(path) : null;

    // As Postgres' md5 gives it; it only finds rows, and the rules themselves are compared then.
    [SuppressMessage("Security", "CA5351", Justification = "Not for security: the index is on Postgres' md5.")]
    private static string DigestOf(string route) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(route)));

    private EndpointScan And(EndpointScan others) =>
        new(Ids.Union(others.Ids).ToHashSet(), [.. Endpoints, .. others.Endpoints], [.. Routes, .. others.Routes]);

    private static EndpointRow ReadEndpoint(NpgsqlDataReader reader) =>
        new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.True(3), reader.True(4), reader.True(5));
}
