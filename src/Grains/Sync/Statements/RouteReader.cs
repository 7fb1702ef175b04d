using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>Reads what versions changed.</summary>
internal sealed class RouteReader(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<RouteReader>();

    /// <summary>The newest version and its hash, and which rings are not given it.</summary>
    public async Task<NewestTable> NewestAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(Sql["newest"], ReadNewest, cancellationToken, database.SchemaName);
        return rows.Count == 1 ? rows[0] : throw VersionState.Missing(database);
    }

    /// <summary>What leads from a version to the newest one, and which rings are not given that.</summary>
    /// <param name="from">The version; 0 for all routes of the newest one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// A delta. If the newest version is older than <paramref name="from"/>, it leads backwards and has no more to say.
    /// </returns>
    public async Task<(RouteDelta Delta, RingHold? Hold)> ReadSinceAsync(
        RouteVersion from, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(
            Sql["since"], row => (Newest: ReadNewest(row), Change: ReadChange(row)), cancellationToken,
            database.SchemaName,
            PostgresCommands.Value(from.Value));
        return rows.Count > 0
            ? (new RouteDelta(
                from, rows[0].Newest.Table.Version, rows[0].Newest.Table.Hash,
                [.. rows.Select(row => row.Change).OfType<PublishedChange>()]), rows[0].Newest.Hold)
            : throw VersionState.Missing(database);
    }

    /// <summary>All routes of a version, if it is kept; those of the versions around it otherwise.</summary>
    public async Task<List<PublishedRoute>> ReadAtAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["at"], row => RouteProjection.Publish(ReadRoute(row, RouteColumns.Known)!), cancellationToken,
            database.SchemaName, PostgresCommands.Value(version.Value));
    }

    /// <summary>A route; null if its key is.</summary>
    public static StoredRoute? ReadRoute(NpgsqlDataReader row, RouteColumns columns) =>
        row.TextOrNull(columns.Key) is { } key
        ? new StoredRoute(
            key, row.TextOrNull(columns.Route), row.TextOrNull(columns.Opts), row.TextOrNull(columns.Routing),
            row.TextOrNull(columns.RouteGroup), row.TextOrNull(columns.App))
        : null;

    private static NewestTable ReadNewest(NpgsqlDataReader row) => new(
        new RouteTableId(row.Version("version"), ContentHash.From(row.Value<byte[]>("content_hash"))),
        row.IsNull("held_version")
            ? null
            : new RingHold(
                new RouteTableId(row.Version("held_version"), ContentHash.From(row.Value<byte[]>("held_hash"))),
                row.Text("reached_rings")));

    private static PublishedChange? ReadChange(NpgsqlDataReader row) => row.TextOrNull("key") is { } key
        ? new PublishedChange(
            key, ReadRoute(row, RouteColumns.Found) is { } route ? RouteProjection.Publish(route) : null)
        : null;
}

/// <summary>
/// The names of a route's columns: as the newest version has it, or as it was found in <c>endpoint_route</c>.
/// </summary>
internal sealed record RouteColumns(
    string Key, string Route, string Opts, string Routing, string RouteGroup, string App)
{
    public static RouteColumns Known { get; } = new("key", "route", "opts", "routing", "route_group", "app");

    public static RouteColumns Found { get; } =
        new("found_key", "found_route", "found_opts", "found_routing", "found_route_group", "found_app");
}
