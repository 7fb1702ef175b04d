using System.Data;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.History;

/// <summary>
/// Reads the versions of a registry: what made them, which routes they have, and what differs between two. Every list
/// comes in pages; a cursor is where the next page begins. Old versions are deleted.
/// </summary>
internal sealed class VersionHistory(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<VersionHistory>();

    /// <summary>The versions, newest first.</summary>
    /// <param name="cursor">The newest version to list; null to begin with the newest of all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<VersionPage> ListAsync(
        RouteVersion? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var (versions, next) = Page(
            await ListAsync(connection, cursor, oldest: null, limit + 1, cancellationToken), limit);
        return new VersionPage(versions, next?.Version);
    }

    /// <summary>One version.</summary>
    /// <exception cref="UnknownVersionException">There is no such version.</exception>
    public async Task<VersionDetails> FindAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await BeginAsync(connection, cancellationToken);
        await IdentifyAsync(connection, version, cancellationToken);
        var receipts = await ListAsync(connection, version, version, 1, cancellationToken);
        return receipts is [var receipt]
            ? new VersionDetails(
                receipt, await new ForeignWriteLog(database, connection).ReadAsync(cancellationToken, version))
            : throw new UnknownVersionException(database.Name, version, oldest: null, version);
    }

    /// <summary>The number and hash of a version.</summary>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UnknownVersionException">There is no such version.</exception>
    public async Task<RouteTableId> IdentifyAsync(RouteVersion? version, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await IdentifyAsync(connection, version, cancellationToken);
    }

    /// <summary>The number and hash of the version before another one.</summary>
    /// <exception cref="UnknownVersionException">It is not kept any more.</exception>
    public async Task<RouteTableId> IdentifyBeforeAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var before = version > RouteVersion.None ? new RouteVersion(version.Value - 1) : RouteVersion.None;
        // Numbers may have been passed by.
        var kept = await ListAsync(connection, before, oldest: null, 1, cancellationToken);
        return await IdentifyAsync(connection, kept is [var found] ? found.Version : before, cancellationToken);
    }

    /// <summary>The routes of a version, in the order of their keys.</summary>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cursor">The first key; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UnknownVersionException">There is no such version.</exception>
    public async Task<RouteList> ListRoutesAsync(
        RouteVersion? version, string? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await BeginAsync(connection, cancellationToken);
        var table = await IdentifyAsync(connection, version, cancellationToken);
        var rows = await connection.ListAsync(
            Sql["routes"], row => ReadRoute(row, RouteViewColumns.Plain)!, cancellationToken, database.SchemaName,
            Number(table.Version), PostgresCommands.TextOrNull(cursor), PostgresCommands.Value(limit + 1));
        var (routes, next) = Page(rows, limit);
        return new RouteList(table.Version, routes, next?.Key);
    }

    /// <summary>What differs between two versions, in the order of the keys.</summary>
    /// <param name="from">The first version.</param>
    /// <param name="to">The second version; null for the newest.</param>
    /// <param name="cursor">The first key; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UnknownVersionException">There is no such version.</exception>
    public async Task<RouteDiff> DiffAsync(
        RouteVersion from, RouteVersion? to, string? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await BeginAsync(connection, cancellationToken);
        var first = await IdentifyAsync(connection, from, cancellationToken);
        var second = await IdentifyAsync(connection, to, cancellationToken);
        var rows = await connection.ListAsync(
            Sql["diff"], ReadChange, cancellationToken, database.SchemaName, Number(first.Version),
            Number(second.Version), PostgresCommands.TextOrNull(cursor), PostgresCommands.Value(limit + 1));
        var (changes, next) = Page(rows, limit);
        return new RouteDiff(first.Version, second.Version, changes, next?.Key);
    }

    /// <summary>Records how long the version was served that a rollback replaced.</summary>
    /// <param name="version">The version that the rollback made.</param>
    /// <param name="elapsed">How long after its commit every silo and worker served it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How long it was; null if that is recorded already, or if the replaced version is not kept.</returns>
    public async Task<TimeSpan?> RecordServedAsync(
        RouteVersion version, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var served = await connection.ListAsync(
            Sql["record_served"], row => row.Value<TimeSpan>("served_for"), cancellationToken, database.SchemaName,
            Number(version), PostgresCommands.Value(elapsed));
        return served is [var span] ? span : null;
    }

    /// <summary>
    /// Deletes some of the versions that are too old or too many, with the routes that no other version has, unless
    /// another silo is about to. Syncs write other rows and wait for nothing here.
    /// </summary>
    /// <param name="retention">The age at which a version is too old.</param>
    /// <param name="mostVersions">How many versions are kept at most. The newest is kept whatever its age.</param>
    /// <param name="most">How many versions, and how many routes, to delete at most.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is deleted then.</param>
    /// <returns>How many rows were deleted; less than <paramref name="most"/> if there are no more.</returns>
    public async Task<int> DeleteOldAsync(
        TimeSpan retention, int mostVersions, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ScalarAsync<bool>(Sql["try_lock"], cancellationToken, database.SchemaName))
        {
            return 0;
        }

        await using var versions = connection.Command(
            Sql["delete_versions"], database.SchemaName, PostgresCommands.Value(retention),
            PostgresCommands.Value(mostVersions), PostgresCommands.Value(most));
        var deleted = await versions.ExecuteNonQueryAsync(cancellationToken);
        await using var routes = connection.Command(
            Sql["delete_routes"], database.SchemaName, PostgresCommands.Value(most));
        deleted += await routes.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
    }

    // What was read, without the row after it, at which the next page begins.
    private static (List<T> Page, T? Next) Page<T>(List<T> rows, int limit)
        where T : class => rows.Count > limit ? (rows[..limit], rows[limit]) : (rows, null);

    private static async Task<NpgsqlTransaction> BeginAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    private async Task<RouteTableId> IdentifyAsync(
        NpgsqlConnection connection, RouteVersion? version, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            Sql["known"],
            row => (Newest: row.Version("newest"), Oldest: row.StructOrNull<long>("oldest"),
                Hash: row.ValueOrNull<byte[]>("content_hash")),
            cancellationToken, database.SchemaName, PostgresCommands.NumberOrNull(version?.Value));
        if (rows is not [var known])
        {
            throw VersionState.Missing(database);
        }

        if (version is null)
        {
            return await IdentifyAsync(connection, known.Newest, cancellationToken);
        }

        return known.Hash is { } hash
            ? new RouteTableId(version.Value, ContentHash.From(hash))
            : throw new UnknownVersionException(
                database.Name, version.Value,
                known.Oldest is { } oldest ? new RouteVersion(oldest) : null, known.Newest);
    }

    private Task<List<VersionReceipt>> ListAsync(
        NpgsqlConnection connection, RouteVersion? newest, RouteVersion? oldest, int limit,
        CancellationToken cancellationToken) => connection.ListAsync(
            Sql["versions"], ReadReceipt, cancellationToken, database.SchemaName,
            PostgresCommands.NumberOrNull(newest?.Value), PostgresCommands.NumberOrNull(oldest?.Value),
            PostgresCommands.Value(limit));

    private static NpgsqlParameter Number(RouteVersion version) => PostgresCommands.Value(version.Value);

    private static VersionReceipt ReadReceipt(NpgsqlDataReader row) => new()
    {
        Version = row.Version("version"),
        SyncedAt = row.Time("synced_at"),
        Silo = row.Text("silo"),
        ContentHash = row.Text("content_hash"),
        EndpointsSynced = row.Int("endpoints_synced"),
        RoutesAdded = row.Int("routes_added"),
        RoutesChanged = row.Int("routes_changed"),
        RoutesRemoved = row.Int("routes_removed"),
        Callers = row.Int("callers"),
        Rollback = row.StructOrNull<long>("rolled_back_to") is { } to
            ? new RollbackReceipt(
                new RouteVersion(to), row.Version("rolled_back_from"), row.Text("rolled_back_by"),
                row.Text("rollback_reason"), row.StructOrNull<TimeSpan>("replaced_served_for"))
            : null,
    };

    private static RouteDifference ReadChange(NpgsqlDataReader row) => new(
        row.Text("key"), ReadRoute(row, RouteViewColumns.Before), ReadRoute(row, RouteViewColumns.After));

    private static RouteView? ReadRoute(NpgsqlDataReader row, RouteViewColumns columns) =>
        row.StructOrNull<long>(columns.Version) is { } since
            ? new RouteView(
                row.Text("key"), row.TextOrNull(columns.Route), new RouteVersion(since), row.TextOrNull(columns.Opts),
                row.TextOrNull(columns.Routing), row.TextOrNull(columns.App))
            : null;

    private sealed record RouteViewColumns(string Version, string Route, string Opts, string Routing, string App)
    {
        public static RouteViewColumns Plain { get; } = new("from_version", "route", "opts", "routing", "app");

        public static RouteViewColumns Before { get; } = Prefixed("before");

        public static RouteViewColumns After { get; } = Prefixed("after");

        private static RouteViewColumns Prefixed(string prefix) => new(
            $"{prefix}_version", $"{prefix}_route", $"{prefix}_opts", $"{prefix}_routing", $"{prefix}_app");
    }
}
