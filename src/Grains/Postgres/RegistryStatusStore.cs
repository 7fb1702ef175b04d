using System.Data;
using EndpointSync.Grains.Registries;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Reads what operators ask for; never takes a lock.</summary>
internal sealed class RegistryStatusStore(RegistryDatabase database)
{
    private const string OwedSql =
        $"""
        select exists (select from endpoint_sync.requests where schema_name = $1)
            or not exists (select from endpoint_sync.state where schema_name = $1 and signalled_version = version and signalled_at is not null),
          {PendingChanges.ExistsSql}
        """;

    private const string StatusSql =
        """
        select version, changed_at, changed_by, encode(content_hash, 'hex'),
          (select count(*)::integer from {odoo}.fastapi_endpoint),
          (select count(*)::integer from {odoo}.fastapi_endpoint where active is not true),
          (select count(*)::integer from {odoo}.fastapi_endpoint where registry_sync is not true),
          (select count(*)::integer from endpoint_sync.routes where schema_name = $1 and to_version is null),
          exists (select from endpoint_sync.requests where schema_name = $1),
          endpoint_sync.is_tracked($1), foreign_writes, unlocked_writes
        from endpoint_sync.state where schema_name = $1
        """;

    private const string WritersSql = "select foreign_writes, unlocked_writes from endpoint_sync.state where schema_name = $1";

    // The version and the rows that it names, in one statement and so in one snapshot; a version without routes still gives its row.
    private const string RoutesSql =
        """
        select state.version, route.key, route.route, route.from_version, route.opts, route.routing
        from endpoint_sync.state
        left join endpoint_sync.routes as route on route.schema_name = state.schema_name and route.to_version is null
        where state.schema_name = $1
        order by route.key
        """;

    /// <summary>What is owed without anybody's asking: a sync that was not made, the draw of Odoo's sequence, or a look at what others did to routes.</summary>
    /// <returns>What is to be made current; null if nothing is owed.</returns>
    public async Task<ReloadScope?> OwedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var everyEdit = database.SyncOn == SyncOn.Change;
        var owed = await connection.ListAsync(
            OwedSql, row => (Sync: row.GetBoolean(0), Look: row.GetBoolean(1)), cancellationToken, database.SchemaName, PostgresCommands.Value(everyEdit));
        var (sync, look) = owed[0];
        return sync || (look && everyEdit) ? ReloadScope.Everything : look ? ReloadScope.Routes : null;
    }

    /// <summary>Who has the registry's lock; null when nobody does.</summary>
    public Task<LockHolder?> LockHolderAsync(CancellationToken cancellationToken) => new SyncLock(database).HolderAsync(cancellationToken);

    public async Task<RegistryStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var quarantine = await connection.ListAsync(Quarantine.ReadSql, Quarantine.Read, cancellationToken, database.SchemaName);
        var holder = await new SyncLock(database).HolderAsync(connection, cancellationToken);
        var disputes = await new Disputes(database, connection).ReadAsync(cancellationToken);
        var status = await connection.ListAsync(
            database.Sql.Of(StatusSql), row => Read(row, quarantine, holder, disputes), cancellationToken, database.SchemaName);
        return status.Single();
    }

    /// <summary>What other writers did to routes.</summary>
    public async Task<WriterList> ReadWritersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var writes = await new ForeignWriteLog(database, connection).ReadAsync(cancellationToken);
        var disputes = await new Disputes(database, connection).ReadAsync(cancellationToken);
        var counts = await connection.ListAsync(
            WritersSql, row => (Total: row.GetInt64(0), Unlocked: row.GetInt64(1)), cancellationToken, database.SchemaName);
        return new WriterList(counts[0].Total, counts[0].Unlocked, writes, disputes);
    }

    /// <summary>The newest version and its routes, which belong together.</summary>
    public async Task<RouteList> ReadRoutesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(
            RoutesSql, row => (Version: new RouteVersion(row.GetInt64(0)), Route: ReadRoute(row)), cancellationToken, database.SchemaName);
        return new RouteList(rows[0].Version, [.. rows.Select(row => row.Route).OfType<RouteView>()]);
    }

    private static RouteView? ReadRoute(NpgsqlDataReader row) => row.IsDBNull(1)
        ? null
        : new RouteView(row.GetString(1), row.TextOrNull(2), new RouteVersion(row.GetInt64(3)), row.TextOrNull(4), row.TextOrNull(5));

    private RegistryStatus Read(NpgsqlDataReader row, IReadOnlyList<RejectedEndpoint> quarantine, LockHolder? holder, IReadOnlyList<Dispute> disputes) => new()
    {
        Registry = database.Name,
        Version = new RouteVersion(row.GetInt64(0)),
        ChangedAt = row.GetFieldValue<DateTimeOffset>(1),
        ChangedBy = row.GetString(2),
        ContentHash = row.GetString(3),
        Endpoints = row.GetInt32(4),
        Archived = row.GetInt32(5),
        Unsynced = row.GetInt32(6),
        Routes = row.GetInt32(7),
        SyncOwed = row.GetBoolean(8),
        Tracked = row.GetBoolean(9),
        ForeignWrites = row.GetInt64(10),
        UnlockedWrites = row.GetInt64(11),
        Disputes = disputes,
        Quarantine = quarantine,
        LockHolder = holder,
    };
}
