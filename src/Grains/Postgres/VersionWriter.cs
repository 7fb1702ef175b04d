using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>A registry's version row.</summary>
internal sealed record VersionState(RouteVersion Version, bool IsSignalled, ContentHash ContentHash);

/// <summary>Makes the next version out of what changed in <c>endpoint_route</c> since the last one, whoever changed it.</summary>
internal sealed class VersionWriter(RegistryDatabase database, NpgsqlConnection connection)
{
    /// <summary>
    /// The rows under given keys that differ between <c>endpoint_route</c> and the newest version. Rows without a key cannot be told apart and are not
    /// routes. The app of an endpoint that waits for its sync stays what it was, so that an edit of path and app goes live as one.
    /// </summary>
    public static readonly string ChangesSql = ChangesUnder("select distinct key from endpoint_sync.keys_of($1, $2, $3)");

    /// <summary>The same under all keys that there are.</summary>
    public static readonly string AllChangesSql = ChangesUnder(
        """
        select key from {odoo}.endpoint_route where key is not null
        union select key from endpoint_sync.routes where schema_name = $1 and to_version is null
        """);

    /// <summary>What <see cref="ReadState"/> reads.</summary>
    public const string StateColumns = "version, signalled_version = version and signalled_at is not null, content_hash";

    public const string StateSql = $"select {StateColumns} from endpoint_sync.state where schema_name = $1";

    private const string AdvanceSql =
        """
        update endpoint_sync.state
        set version = $2, content_hash = $3, changed_at = clock_timestamp(), changed_by = $4
        where schema_name = $1
        """;

    private const string ReceiptSql =
        """
        insert into endpoint_sync.versions
          (schema_name, version, synced_by, content_hash, endpoints_synced, routes_added, routes_changed, routes_removed, callers)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string CloseSql =
        "update endpoint_sync.routes set to_version = $2 where schema_name = $1 and to_version is null and key = any($3)";

    private const string OpenSql =
        """
        insert into endpoint_sync.routes (schema_name, from_version, key, route, opts, routing, route_group, app)
        select $1, $2, * from unnest($3, $4, $5, $6, $7, $8)
        """;

    // A hint to whoever listens: a full queue must not cost the sync its commit.
    private const string NotifySql =
        "select pg_notify('endpoint_sync_version', $2 || ' ' || $1) where pg_notification_queue_usage() < 0.5";

    /// <exception cref="RegistryUnusableException">There is none, which preparing the database cures.</exception>
    public static VersionState StateIn(IEnumerable<VersionState> rows, RegistryDatabase database) => rows.SingleOrDefault() ?? throw NoState(database);

    public static RegistryUnusableException NoState(RegistryDatabase database) =>
        new($"Registry '{database.Name}': endpoint_sync.state has no row for schema '{database.Sql.Schema}'.");

    public static VersionState ReadState(NpgsqlDataReader row) =>
        new(new RouteVersion(row.GetInt64(0)), row.GetBoolean(1), ContentHash.From(row.GetFieldValue<byte[]>(2)));

    /// <summary>What is to become the next version.</summary>
    /// <param name="endpointIds">The endpoints whose routes may have changed.</param>
    /// <param name="keys">Further keys of routes that may have.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<List<RouteChange>> FindChangesAsync(IReadOnlySet<int> endpointIds, IReadOnlySet<string> keys, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddChanges(batch, endpointIds, keys);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(ReadChange, cancellationToken);
    }

    /// <summary>Adds the statement that finds it to a batch; each row of its result is for <see cref="ReadChange"/>.</summary>
    public void AddChanges(NpgsqlBatch batch, IReadOnlySet<int> endpointIds, IReadOnlySet<string> keys) => batch.Then(
        database.Sql.Of(ChangesSql), database.SchemaName, PostgresCommands.Value(endpointIds.ToArray()), PostgresCommands.Value(keys.ToArray()));

    public static RouteChange ReadChange(NpgsqlDataReader row) => new(ReadRoute(row, 0), ReadRoute(row, 6));

    /// <summary>The version that changes lead to; the same if there are none.</summary>
    public static VersionState Next(VersionState state, IReadOnlyCollection<RouteChange> changes) => changes.Count == 0
        ? state
        : state with
        {
            Version = state.Version.Next,
            ContentHash = changes.Aggregate(state.ContentHash, (sum, change) => sum ^ (change.Before?.Hash ?? default) ^ (change.After?.Hash ?? default)),
        };

    /// <summary>Adds to a batch what makes a version the newest one and records what it changed.</summary>
    public void AddVersion(NpgsqlBatch batch, VersionState next, IReadOnlyList<RouteChange> changes, int endpointsSynced, int callers)
    {
        var hash = next.ContentHash.ToBytes();
        var counts = RouteCounts.Of(changes);
        batch
            .Then(AdvanceSql, database.SchemaName, Number(next.Version), PostgresCommands.Value(hash), PostgresCommands.Value(database.Author))
            .Then(
                ReceiptSql, database.SchemaName, Number(next.Version), PostgresCommands.Value(database.Author), PostgresCommands.Value(hash),
                PostgresCommands.Value(endpointsSynced), PostgresCommands.Value(counts.Added), PostgresCommands.Value(counts.Changed),
                PostgresCommands.Value(counts.Removed), PostgresCommands.Value(callers));
        AddHistory(batch, next.Version, changes);
        batch.Then(NotifySql, database.SchemaName, Number(next.Version));
    }

    private void AddHistory(NpgsqlBatch batch, RouteVersion version, IReadOnlyList<RouteChange> changes)
    {
        var gone = changes.Where(change => change.Before is not null).Select(change => change.Key).ToArray();
        var come = changes.Where(change => change.After is not null).Select(change => change.After!).ToArray();
        if (gone.Length > 0)
        {
            batch.Then(CloseSql, database.SchemaName, Number(version), PostgresCommands.Value(gone));
        }

        if (come.Length > 0)
        {
            batch.Then(
                OpenSql, database.SchemaName, Number(version),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Key)), PostgresCommands.Value(Array.ConvertAll(come, route => route.Route)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Opts)), PostgresCommands.Value(Array.ConvertAll(come, route => route.Routing)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.RouteGroup)), PostgresCommands.Value(Array.ConvertAll(come, route => route.App)));
        }
    }

    /// <summary>The route in the columns from <paramref name="first"/> on; null if they are empty.</summary>
    public static StoredRoute? ReadRoute(NpgsqlDataReader row, int first) => row.IsDBNull(first)
        ? null
        : new StoredRoute(
            row.GetString(first), row.TextOrNull(first + 1), row.TextOrNull(first + 2), row.TextOrNull(first + 3), row.TextOrNull(first + 4),
            row.TextOrNull(first + 5));

    private static string ChangesUnder(string keysSql) =>
        $$"""
        with wanted as ({{keysSql}})
        select * from (
          select known.key, known.route, known.opts, known.routing, known.route_group, known.app,
            found.key as found_key, found.route as found_route, found.opts as found_opts, found.routing as found_routing, found.route_group as found_group,
            case when found.key is null then null when known.key is null or endpoint.registry_sync is true then endpoint.app else known.app end as found_app
          from wanted
          left join {odoo}.endpoint_route as found on found.key = wanted.key
          left join endpoint_sync.routes as known on known.schema_name = $1 and known.key = wanted.key and known.to_version is null
          left join {odoo}.fastapi_endpoint as endpoint on endpoint.id = endpoint_sync.endpoint_of(found.key)
            and found.key = '{{ExpectedRoute.KeyPrefix}}' || endpoint.id || '{{ExpectedRoute.KeySuffix}}'
        ) as compared
        where (key, route, opts, routing, route_group, app)
          is distinct from (found_key, found_route, found_opts, found_routing, found_group, found_app)
        """;

    private static NpgsqlParameter Number(RouteVersion version) => PostgresCommands.Value(version.Value);
}
