using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Reads endpoints and their rows. It remembers which endpoint has which root path in the newest version, so an
/// instance is valid while that version stays the newest: in one snapshot, or under the lock of the version row.
/// </summary>
/// <param name="database">The registry.</param>
/// <param name="connection">The connection, in a transaction or not.</param>
/// <param name="version">The newest version.</param>
/// <param name="needsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
/// <param name="before">An earlier reader, whose knowledge is used if its version was the same.</param>
internal sealed class EndpointReader(
    RegistryDatabase database, NpgsqlConnection connection, RouteVersion version, bool needsReadonly = true,
    EndpointReader? before = null)
{
    private static readonly SqlFile Sql = SqlFile.Of<EndpointReader>();

    private readonly RouteVersion _version = version;
    private readonly Dictionary<string, List<int>> _owners =
        before?._version == version
            ? new Dictionary<string, List<int>>(before._owners, StringComparer.Ordinal)
            : new Dictionary<string, List<int>>(StringComparer.Ordinal);

    /// <summary>Reads endpoints, together with those that have the root paths that they want.</summary>
    /// <param name="ids">The endpoints.</param>
    /// <param name="keys">Keys of further rows that may be theirs.</param>
    /// <param name="known">Endpoints that are known already.</param>
    /// <param name="left">
    /// Endpoints that are left as they are. If one of them is read, the newest version's routes are read too.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<EndpointScan> ReadAsync(
        IEnumerable<int> ids, IEnumerable<string> keys, EndpointScan known, IReadOnlySet<int> left,
        CancellationToken cancellationToken)
    {
        var scan = known.And(await ReadAsync(ids.ToHashSet(), keys, cancellationToken));
        var claims = scan.Claims();
        await LearnOwnersAsync([.. claims.Where(claim => !_owners.ContainsKey(claim))], cancellationToken);
        var owners = claims.SelectMany(claim => _owners[claim]).Where(id => !scan.Ids.Contains(id)).ToHashSet();
        if (owners.Count > 0)
        {
            scan = scan.And(await ReadAsync(owners, [], cancellationToken));
        }

        return left.Overlaps(scan.Ids)
            ? scan with { Published = await ReadPublishedAsync(scan.Ids, cancellationToken) }
            : scan;
    }

    /// <summary>The endpoints that have the paths of some rows in the newest version.</summary>
    /// <param name="scan">What this reader read last.</param>
    /// <param name="written">Rows of endpoints in it.</param>
    public IEnumerable<int> OwnersOf(EndpointScan scan, IReadOnlyCollection<RouteRow> written) =>
        written.Count == 0
            ? []
            : scan.Claims(written.Select(row => row.EndpointId).OfType<int>().ToHashSet())
                .SelectMany(claim => _owners.GetValueOrDefault(claim) ?? []);

    private Task<List<StoredRoute>> ReadPublishedAsync(
        IReadOnlySet<int> ids, CancellationToken cancellationToken) => connection.ListAsync(
            Sql["published"], row => RouteReader.ReadRoute(row, RouteColumns.Known)!, cancellationToken,
            database.SchemaName, PostgresCommands.Value(ids.ToArray()));

    private async Task<EndpointScan> ReadAsync(
        HashSet<int> ids, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        // There may be very many keys of other consumers.
        var ours = keys.Where(key => RouteRow.EndpointIdOf(key) is not null).ToArray();
        var rows = await connection.ListAsync(
            database.Sql.Of(Sql["read"]),
            row => (
                Endpoint: row.IsNull("id") ? null : ReadEndpoint(row),
                Route: row.IsNull("key") ? null : ReadRoute(row)),
            cancellationToken, database.SchemaName, PostgresCommands.Value(ids.ToArray()),
            PostgresCommands.Value(ours));
        // An endpoint is repeated with each of its routes.
        var endpoints = rows.Select(row => row.Endpoint).OfType<EndpointRow>().DistinctBy(endpoint => endpoint.Id);
        return new EndpointScan(
            ids, [.. endpoints], [.. rows.Select(row => row.Route).OfType<RouteRow>()], [], needsReadonly);
    }

    private async Task LearnOwnersAsync(string[] claims, CancellationToken cancellationToken)
    {
        if (claims.Length == 0)
        {
            return;
        }

        var found = await connection.ListAsync(
            Sql["owners"], row => (Claim: row.Text("claim"), Id: row.Int("endpoint_id")), cancellationToken,
            database.SchemaName, PostgresCommands.Value(claims));
        foreach (var claim in claims)
        {
            _owners[claim] = [];
        }

        found.ForEach(owner => _owners[owner.Claim].Add(owner.Id));
    }

    // Odoo drops NOT NULL where it cannot set it. A missing root path is an empty one, which is quarantined.
    private static EndpointRow ReadEndpoint(NpgsqlDataReader row) => new(
        row.Int("id"), row.TextOrNull("name") ?? "", row.TextOrNull("root_path") ?? "", row.IsTrue("active"),
        row.IsTrue("registry_sync"), row.IsTrue("save_http_session"), row.TextOrNull("app"),
        row.TextOrNull("unreadable"));

    private static RouteRow ReadRoute(NpgsqlDataReader row) =>
        new(row.Text("key"), row.TextOrNull("route"), row.TextOrNull("opts"), row.TextOrNull("routing"));
}
