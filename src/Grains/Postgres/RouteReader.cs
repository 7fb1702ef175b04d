using EndpointSync.Grains.Publishing;
using EndpointSync.Publishing;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Reads what versions have changed.</summary>
internal sealed class RouteReader(RegistryDatabase database)
{
    // One statement and so one snapshot: the newest version, and what leads to it. A version without changes still gives its row.
    private const string SinceSql =
        """
        select state.version, state.content_hash, change.key, change.found_key, change.route, change.opts, change.routing, change.route_group, change.app
        from endpoint_sync.state
        left join (
          select key, key as found_key, route, opts, routing, route_group, app from endpoint_sync.routes
          where schema_name = $1 and from_version > $2 and to_version is null
          union all
          select key, null, null, null, null, null, null from endpoint_sync.routes as gone
          where schema_name = $1 and from_version <= $2 and to_version > $2
            and not exists (select from endpoint_sync.routes as now where now.schema_name = $1 and now.key = gone.key and now.to_version is null)
        ) as change on true
        where state.schema_name = $1
        """;

    private const string StampSql = "select version, content_hash from endpoint_sync.state where schema_name = $1";

    /// <summary>The newest version and its hash.</summary>
    public async Task<RouteStamp> NewestAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(
            StampSql, row => new RouteStamp(new RouteVersion(row.GetInt64(0)), ContentHash.From(row.GetFieldValue<byte[]>(1))), cancellationToken,
            database.SchemaName);
        return rows.Count == 1 ? rows[0] : throw VersionWriter.NoState(database);
    }

    /// <summary>What leads from a version to the newest one.</summary>
    /// <param name="from">The version; 0 for all routes of the newest one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A delta; if the newest version is older than <paramref name="from"/>, one that leads backwards and says nothing more.</returns>
    public async Task<RouteDelta> ReadSinceAsync(RouteVersion from, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(SinceSql, Read, cancellationToken, database.SchemaName, PostgresCommands.Value(from.Value));
        return rows.Count > 0
            ? new RouteDelta(from, rows[0].Version, rows[0].Hash, [.. rows.Select(row => row.Change).OfType<PublishedChange>()])
            : throw VersionWriter.NoState(database);
    }

    private static (RouteVersion Version, ContentHash Hash, PublishedChange? Change) Read(NpgsqlDataReader row)
    {
        var change = row.TextOrNull(2) is { } key
            ? new PublishedChange(key, VersionWriter.ReadRoute(row, 3) is { } route ? RouteProjection.Publish(route) : null)
            : null;
        return (new RouteVersion(row.GetInt64(0)), ContentHash.From(row.GetFieldValue<byte[]>(1)), change);
    }
}
