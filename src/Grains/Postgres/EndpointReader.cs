using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Reads endpoints and their rows. It remembers who has which root path by the newest version, so one serves for as long as that stays the same:
/// for a snapshot, or under the lock of the version row.
/// </summary>
/// <param name="database">The registry.</param>
/// <param name="connection">The connection, in a transaction or not.</param>
/// <param name="version">The version that is the newest.</param>
/// <param name="before">One that may know it already, if the version was the same then.</param>
internal sealed class EndpointReader(RegistryDatabase database, NpgsqlConnection connection, RouteVersion version, EndpointReader? before = null)
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
        select md5(route), endpoint_id::integer from endpoint_sync.routes
        where schema_name = $1 and to_version is null and md5(route) = any($2) and endpoint_id is not null
        """;

    private readonly RouteVersion _version = version;
    private readonly Dictionary<string, List<int>> _owners =
        before?._version == version ? new Dictionary<string, List<int>>(before._owners, StringComparer.Ordinal) : new Dictionary<string, List<int>>(StringComparer.Ordinal);

    /// <summary>Looks at endpoints, together with those that have the root paths that they want.</summary>
    /// <param name="ids">The endpoints.</param>
    /// <param name="keys">Keys of further rows that may be theirs.</param>
    /// <param name="known">Endpoints beside them that need no look.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<EndpointScan> ReadAsync(IEnumerable<int> ids, IEnumerable<string> keys, EndpointScan known, CancellationToken cancellationToken)
    {
        var scan = known.And(await ReadAsync(ids.ToHashSet(), keys, cancellationToken));
        var claims = scan.Claims();
        await LearnOwnersAsync([.. claims.Where(claim => !_owners.ContainsKey(claim))], cancellationToken);
        var owners = claims.SelectMany(claim => _owners[claim]).Where(id => !scan.Ids.Contains(id)).ToHashSet();
        return owners.Count == 0 ? scan : scan.And(await ReadAsync(owners, [], cancellationToken));
    }

    private async Task<EndpointScan> ReadAsync(HashSet<int> ids, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var endpoints = new Dictionary<int, EndpointRow>();
        var routes = new List<RouteRow>();
        await using var command = connection.Command(
            database.Sql.Of(Statement), database.SchemaName, PostgresCommands.Value(ids.ToArray()), PostgresCommands.Value(keys.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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

    private async Task LearnOwnersAsync(string[] claims, CancellationToken cancellationToken)
    {
        if (claims.Length == 0)
        {
            return;
        }

        var found = await connection.ListAsync(
            OwnersSql, row => (Claim: row.GetString(0), Id: row.GetInt32(1)), cancellationToken, database.SchemaName, PostgresCommands.Value(claims));
        foreach (var claim in claims)
        {
            _owners[claim] = [];
        }

        found.ForEach(owner => _owners[owner.Claim].Add(owner.Id));
    }

    private static EndpointRow ReadEndpoint(NpgsqlDataReader reader) =>
        new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.True(3), reader.True(4), reader.True(5));
}
