using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Makes the next version out of what changed in <c>endpoint_route</c> since the last one, whoever changed it.
/// </summary>
internal sealed class VersionWriter(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<VersionWriter>();

    /// <summary>
    /// Adds to a batch the statement that reads the version row; its row is for <see cref="VersionState.Read"/>.
    /// </summary>
    public static NpgsqlBatch AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["read_state"], database.SchemaName);

    /// <summary>
    /// Adds to a batch the statement that locks the version row; its row is for <see cref="VersionState.Read"/>.
    /// </summary>
    public NpgsqlBatch AddLock(NpgsqlBatch batch) => batch.Then(Sql["lock_state"], database.SchemaName);

    /// <summary>How many routes of endpoints the newest version has, and how many of them are of some.</summary>
    public async Task<(int All, int OfThem)> CountRoutesAsync(
        IReadOnlySet<int> endpointIds, CancellationToken cancellationToken) => (await connection.ListAsync(
            Sql["count_routes"], row => (row.Int("all_routes"), row.Int("of_them")), cancellationToken,
            database.SchemaName, PostgresCommands.Value(endpointIds.ToArray()))).Single();

    /// <summary>What is to become the next version.</summary>
    /// <param name="endpointIds">The endpoints whose routes may have changed.</param>
    /// <param name="keys">Further keys of routes that may have.</param>
    /// <param name="due">Which endpoints are left as they are, and keep the routes and apps that they have.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<List<RouteChange>> FindChangesAsync(
        IReadOnlySet<int> endpointIds, IReadOnlySet<string> keys, DueChanges due, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        AddChanges(batch, endpointIds, keys, due);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(ReadChange, cancellationToken);
    }

    /// <summary>
    /// Adds the statement that finds it to a batch; each row of its result is for <see cref="ReadChange"/>.
    /// </summary>
    public void AddChanges(
        NpgsqlBatch batch, IReadOnlySet<int> endpointIds, IReadOnlySet<string> keys, DueChanges due) => batch.Then(
            database.Sql.Of(Sql["changes"]), database.SchemaName,
            PostgresCommands.Value(endpointIds.Where(id => !due.Keeps(id)).ToArray()),
            PostgresCommands.Value(
                keys.Where(key => RouteRow.EndpointIdOf(key) is not { } id || !due.Keeps(id)).ToArray()),
            PostgresCommands.Value(due.Left.ToArray()));

    /// <summary>What a plan starts from: the routes of some endpoints, and of some further keys.</summary>
    /// <param name="endpointIds">The endpoints.</param>
    /// <param name="keys">The further keys.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<List<ComparedRoute>> CompareAsync(
        IEnumerable<int> endpointIds, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        connection.ListAsync(
            database.Sql.Of(Sql["compared"]),
            row => new ComparedRoute(
                row.Text("wanted_key"), RouteReader.ReadRoute(row, RouteColumns.Known), row.Version("from_version"),
                RouteReader.ReadRoute(row, RouteColumns.Found), row.IsTrue("registry_sync"),
                row.TextOrNull("declared_app")),
            cancellationToken, database.SchemaName, PostgresCommands.Value(endpointIds.ToArray()),
            PostgresCommands.Value(keys.ToArray()));

    public static RouteChange ReadChange(NpgsqlDataReader row) =>
        new(RouteReader.ReadRoute(row, RouteColumns.Known), RouteReader.ReadRoute(row, RouteColumns.Found));

    /// <summary>
    /// The version that changes lead to; the same if there are none. A version that was served and lost is passed by
    /// without changes too.
    /// </summary>
    public static VersionState Next(VersionState state, IReadOnlyCollection<RouteChange> changes) =>
        changes.Count == 0 && !state.IsBehind
        ? state
        : state with
        {
            Version = state.IsBehind ? state.Lost.Next : state.Version.Next,
            ContentHash = changes.Aggregate(
                state.ContentHash,
                (sum, change) => sum ^ (change.Before?.Hash ?? default) ^ (change.After?.Hash ?? default)),
        };

    /// <summary>Adds to a batch what makes a version the newest one and records what it changed.</summary>
    public void AddVersion(
        NpgsqlBatch batch, VersionState next, IReadOnlyList<RouteChange> changes, int endpointsSynced, int callers)
    {
        var hash = next.ContentHash.ToBytes();
        var counts = RouteCounts.Of(changes);
        batch
            .Then(
                Sql["advance"], database.SchemaName, Number(next.Version), PostgresCommands.Value(hash),
                PostgresCommands.Value(database.Silo))
            .Then(
                Sql["add_receipt"], database.SchemaName, Number(next.Version), PostgresCommands.Value(database.Silo),
                PostgresCommands.Value(hash),
                PostgresCommands.Value(endpointsSynced), PostgresCommands.Value(counts.Added),
                PostgresCommands.Value(counts.Changed),
                PostgresCommands.Value(counts.Removed), PostgresCommands.Value(callers));
        AddHistory(batch, next.Version, changes);
        if (next.Lost > RouteVersion.None)
        {
            LostVersions.AddForget(batch, database, next.Version);
        }

        batch.Then(Sql["notify"], database.SchemaName, Number(next.Version));
    }

    private void AddHistory(NpgsqlBatch batch, RouteVersion version, IReadOnlyList<RouteChange> changes)
    {
        var gone = changes.Where(change => change.Before is not null).Select(change => change.Key).ToArray();
        var come = changes.Where(change => change.After is not null).Select(change => change.After!).ToArray();
        if (gone.Length > 0)
        {
            batch.Then(Sql["close_routes"], database.SchemaName, Number(version), PostgresCommands.Value(gone));
        }

        if (come.Length > 0)
        {
            batch.Then(
                Sql["open_routes"], database.SchemaName, Number(version),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Key)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Route)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Opts)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.Routing)),
                PostgresCommands.Value(Array.ConvertAll(come, route => route.RouteGroup)), PostgresCommands.Value(
                    Array.ConvertAll(come, route => route.App)));
        }
    }

    private static NpgsqlParameter Number(RouteVersion version) => PostgresCommands.Value(version.Value);
}
