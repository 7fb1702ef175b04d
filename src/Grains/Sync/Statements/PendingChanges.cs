using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// What other writers changed and no sync has dealt with yet. Triggers record it: see the migration for change capture.
/// </summary>
internal sealed class PendingChanges(RegistryDatabase database)
{
    /// <summary>Enough for the short queries of a busy session to be over.</summary>
    public const int LooksOfPreflight = 5;

    /// <summary>Under the lock, what a preflight left alone stays left alone, and no look waits.</summary>
    public const int LooksUnderLock = 1;

    private static readonly SqlFile Sql = SqlFile.Of<PendingChanges>();

    public static PendingChange Read(NpgsqlDataReader row) => new(
        row.Long("id"), row.Bool("awaits_reload"), row.Bool("is_announcement"), row.Bool("is_recent"),
        row.ValueOrNull<int[]>("endpoint_ids"), row.ValueOrNull<string[]>("keys"),
        row.Text("operation"), row.Time("changed_at"), ReadWriter(row), row.StructOrNull<bool>("locked"))
    {
        IsSeen = row.Bool("is_seen"),
        IsProtected = row.Bool("is_protected"),
        IsWriterAtWork = row.Bool("is_writer_at_work"),
        IsFollowed = row.Bool("is_followed"),
    };

    /// <summary>The writer of a row that has the columns role, application, process_id and address.</summary>
    public static ForeignWriter ReadWriter(NpgsqlDataReader row) =>
        new(row.Text("role"), row.Text("application"), row.Int("process_id"), row.TextOrNull("address"));

    /// <summary>Adds to a batch the statement that reads them; its rows are for <see cref="Read"/>.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="database">The registry.</param>
    /// <param name="looks">
    /// How often a writer must be seen with a snapshot before it counts as at work. Each look after the first waits.
    /// </param>
    /// <param name="scope">What is to be made current.</param>
    /// <param name="known">The changes whose writers nobody asks for; the others are looked for.</param>
    public static NpgsqlBatch AddRead(
        NpgsqlBatch batch, RegistryDatabase database, int looks, ReloadScope scope, IEnumerable<long> known) =>
        batch.Then(
            Sql["read"], database.SchemaName, PostgresCommands.Value(looks),
            PostgresCommands.Value(scope == ReloadScope.Everything), PostgresCommands.Value(known.ToArray()));

    /// <summary>
    /// The recorded changes for a sync of routes, read under the lock, where nobody waits for a writer. Each edit names
    /// its endpoints.
    /// </summary>
    public static async Task<List<PendingChange>> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken) => await NameAsync(
            await connection.ListAsync(
                Sql["read"], Read, cancellationToken, database.SchemaName, PostgresCommands.Value(LooksUnderLock),
                PostgresCommands.Value(false), PostgresCommands.Value(Array.Empty<long>())),
            database, connection, cancellationToken);

    /// <summary>
    /// The same changes, with the endpoints in each edit that names none: of the whole table, or of too many to name.
    /// </summary>
    public static async Task<List<PendingChange>> NameAsync(
        List<PendingChange> recorded, RegistryDatabase database, NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        if (!recorded.Exists(change => change.AwaitsReload && change.IsEverything))
        {
            return recorded;
        }

        var everyone = await connection.ListAsync(
            database.Sql.Of(Sql["everyone"]), row => row.Int("id"), cancellationToken, database.SchemaName);
        return recorded.ConvertAll(
            change => change.AwaitsReload && change.IsEverything
                ? change with { EndpointIds = [.. everyone] }
                : change);
    }

    /// <summary>
    /// Records that a look left some changes alone. How long they are left counts from the first time.
    /// </summary>
    public static Task SeeAsync(long[] ids, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Sql["see"], cancellationToken, PostgresCommands.Value(ids));

    /// <summary>
    /// Merges the edits of endpoints that were edited again and again, in steps, each with a commit of its own. At most
    /// one record of each endpoint is left for each session that lives.
    /// </summary>
    public static async Task MergeEditsAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        long? last = 0;
        while (last is { } from)
        {
            var steps = await connection.ListAsync(
                Sql["merge_edits"], row => row.StructOrNull<long>("last"), cancellationToken, database.SchemaName,
                PostgresCommands.Value(from));
            last = steps.Single();
        }
    }

    /// <summary>
    /// Adds to a batch the question whether a writer of changes that a sync has dealt with began its next transaction
    /// meanwhile. Its result is one boolean.
    /// </summary>
    public static NpgsqlBatch AddIsWriterBack(NpgsqlBatch batch, DueChanges due) =>
        batch.Then(Sql["is_any_at_work"], PostgresCommands.Value(due.Writers.ToArray()));

    /// <summary>
    /// Adds to a batch what deletes the changes that a sync has dealt with, and records what it leaves.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="due">What the sync dealt with.</param>
    /// <param name="isTracked">Whether triggers record what other writers change.</param>
    /// <param name="left">The endpoints that were due and are not in sync.</param>
    public void AddTo(NpgsqlBatch batch, DueChanges due, bool isTracked, IReadOnlyCollection<int> left)
    {
        var staying = due.StayingRecorded(left);
        var kept = due.Recorded.Where(change => change.Endpoints.Any(staying.Contains)).ToList();
        var dealtWith = due.RecordedIds.Except(kept.Select(change => change.Id)).Concat(due.Superseded).ToArray();
        if (dealtWith.Length > 0)
        {
            batch.Then(Sql["delete"], PostgresCommands.Value(dealtWith));
        }

        // Most that stay are in backoff, all there is of their record, and need no write.
        if (kept.Exists(change => !change.Endpoints.All(staying.Contains)))
        {
            batch.Then(
                Sql["keep"], PostgresCommands.Value(kept.Select(change => change.Id).ToArray()),
                PostgresCommands.Value(staying.ToArray()));
        }

        // Without triggers, the next full check finds them again.
        if (isTracked)
        {
            AddRecord(batch, due.Unrecorded, awaitsReload: true);
            AddRecord(batch, due.BackedOff, awaitsReload: false);
            AddRecord(
                batch, [.. left.Except(staying)], awaitsReload: due.Scope == ReloadScope.Everything);
        }
    }

    private void AddRecord(NpgsqlBatch batch, IReadOnlyCollection<int> endpointIds, bool awaitsReload)
    {
        if (endpointIds.Count > 0)
        {
            batch.Then(
                Sql["add"], database.SchemaName, PostgresCommands.Value(awaitsReload),
                PostgresCommands.Value(endpointIds.ToArray()));
        }
    }
}
