using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// What other writers changed and no sync has dealt with yet. Triggers record it: see the migration for change capture.
/// </summary>
internal sealed class PendingChanges(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<PendingChanges>();

    public static PendingChange Read(NpgsqlDataReader row) => new(
        row.Long("id"), row.Bool("awaits_reload"), row.Bool("is_recent"), row.ValueOrNull<int[]>("endpoint_ids"),
        row.ValueOrNull<string[]>("keys"),
        row.Text("operation"), row.Time("changed_at"), ReadWriter(row), row.StructOrNull<bool>("locked"));

    /// <summary>The writer of a row that has the columns role, application, process_id and address.</summary>
    public static ForeignWriter ReadWriter(NpgsqlDataReader row) =>
        new(row.Text("role"), row.Text("application"), row.Int("process_id"), row.TextOrNull("address"));

    /// <summary>Adds to a batch the statement that reads them; its rows are for <see cref="Read"/>.</summary>
    public static NpgsqlBatch AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["read"], database.SchemaName);

    /// <summary>
    /// Adds to a batch what deletes the changes that a sync has dealt with, and records what it leaves.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="due">What the sync dealt with.</param>
    /// <param name="isTracked">Whether triggers record what other writers change.</param>
    /// <param name="left">The endpoints that were due and are not in sync.</param>
    public void AddTo(NpgsqlBatch batch, DueChanges due, bool isTracked, IReadOnlyCollection<int> left)
    {
        if (due.Recorded.Count > 0)
        {
            batch.Then(Sql["delete"], PostgresCommands.Value(due.RecordedIds));
        }

        // Without triggers, the next full check finds them again.
        if (isTracked)
        {
            AddRecord(batch, due.Unrecorded, awaitsReload: true);
            AddRecord(batch, due.BackedOff, awaitsReload: false);
            AddRecord(batch, left, awaitsReload: due.Scope == ReloadScope.Everything);
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
