using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What other writers did and no sync has looked at yet; noted by triggers, see the migration.</summary>
internal sealed class PendingChanges(RegistryDatabase database)
{
    // Odoo sets a flag in one transaction and writes the routes in the next; looked at in between, they would have two writers.
    private const string IsYoungSql = "(not waits and table_name = 'fastapi_endpoint' and changed_at > clock_timestamp() - interval '2 seconds')";

    public const string ReadSql =
        $"""
        select id, waits, {IsYoungSql}, endpoint_ids, keys, operation, changed_at, role, application, process_id, host(address), locked
        from endpoint_sync.pending where schema_name = $1 order by id
        """;

    /// <summary>Whether a reload of a scope (true: of everything) has something to look at.</summary>
    public const string ExistsSql = $"exists (select from endpoint_sync.pending where schema_name = $1 and ($2 or (not waits and not {IsYoungSql})))";

    private const string SettleSql = "delete from endpoint_sync.pending where id = any($1)";

    private const string AddSql =
        "insert into endpoint_sync.pending (schema_name, table_name, operation, waits, endpoint_ids) values ($1, '', 'LEFT', $2, $3)";

    public static PendingChange Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetBoolean(1), row.GetBoolean(2), row.ValueOrNull<int[]>(3), row.ValueOrNull<string[]>(4), row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6), ReadWriter(row, 7), row.IsDBNull(11) ? null : row.GetBoolean(11));

    /// <summary>The writer in four columns from <paramref name="first"/> on.</summary>
    public static ForeignWriter ReadWriter(NpgsqlDataReader row, int first) =>
        new(row.GetString(first), row.GetString(first + 1), row.GetInt32(first + 2), row.TextOrNull(first + 3));

    /// <summary>Adds to a batch what takes away what a look has dealt with, and notes what is left of it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="look">The look.</param>
    /// <param name="left">The endpoints that were due and are not in line.</param>
    public void AddTo(NpgsqlBatch batch, RegistryLook look, IReadOnlyCollection<int> left)
    {
        if (look.Due.Noted.Count > 0)
        {
            batch.Then(SettleSql, PostgresCommands.Value(look.Due.NotedIds));
        }

        // Where nothing is noted, the next full check finds them again.
        if (look.IsTracked)
        {
            AddNote(batch, look.Due.NotNoted, waits: true);
            AddNote(batch, look.Due.PutOff, waits: false);
            AddNote(batch, left, waits: look.Scope == ReloadScope.Everything);
        }
    }

    private void AddNote(NpgsqlBatch batch, IReadOnlyCollection<int> endpointIds, bool waits)
    {
        if (endpointIds.Count > 0)
        {
            batch.Then(AddSql, database.SchemaName, PostgresCommands.Value(waits), PostgresCommands.Value(endpointIds.ToArray()));
        }
    }
}
