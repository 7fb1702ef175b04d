using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Keeps what other writers did to routes, what became of it, and how often that was.</summary>
internal sealed class ForeignWriteLog(RegistryDatabase database, NpgsqlConnection connection)
{
    // Enough to see a pattern; the counts go on.
    private const int Kept = 200;

    private const string ReadSql =
        """
        select role, application, process_id, host(address), changed_at, operation, keys, locked, verdict, version
        from endpoint_sync.foreign_writes where schema_name = $1 order by id desc
        """;

    private const string AddSql =
        """
        insert into endpoint_sync.foreign_writes
          (id, schema_name, verdict, version, operation, keys, changed_at, role, application, process_id, address, locked)
        select change.id, schema_name, verdict, $4, operation, keys, changed_at, role, application, process_id, address, locked
        from endpoint_sync.pending as change join unnest($2, $3) as judged (id, verdict) on judged.id = change.id
        where schema_name = $1
        on conflict do nothing
        """;

    private const string CountSql =
        """
        update endpoint_sync.state set foreign_writes = foreign_writes + $2, unlocked_writes = unlocked_writes + $3 where schema_name = $1
        """;

    private const string ForgetSql =
        """
        delete from endpoint_sync.foreign_writes where schema_name = $1
          and id < (select id from endpoint_sync.foreign_writes where schema_name = $1 order by id desc offset $2 limit 1)
        """;

    /// <summary>The newest ones, newest first.</summary>
    public Task<List<ForeignWrite>> ReadAsync(CancellationToken cancellationToken) =>
        connection.ListAsync(ReadSql, Read, cancellationToken, database.SchemaName);

    /// <summary>Adds what a sync judged, before it takes the notes away.</summary>
    public async Task AddAsync(IReadOnlyList<JudgedWrite> judged, RouteVersion? version, CancellationToken cancellationToken)
    {
        if (judged.Count == 0)
        {
            return;
        }

        await using var batch = connection.CreateBatch()
            .Then(
                AddSql, database.SchemaName, PostgresCommands.Value(judged.Select(write => write.Change.Id).ToArray()),
                PostgresCommands.Value(judged.Select(write => write.VerdictText).ToArray()), PostgresCommands.NumberOrNull(version?.Value))
            .Then(
                CountSql, database.SchemaName, PostgresCommands.Value((long)judged.Count),
                PostgresCommands.Value(judged.LongCount(write => write.Change.Locked is false)))
            .Then(ForgetSql, database.SchemaName, PostgresCommands.Value(Kept));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static ForeignWrite Read(NpgsqlDataReader row) => new()
    {
        Writer = PendingChanges.ReadWriter(row, 0),
        ChangedAt = row.GetFieldValue<DateTimeOffset>(4),
        Operation = row.GetString(5),
        Keys = row.ValueOrNull<string[]>(6),
        Locked = row.GetBoolean(7),
        Verdict = row.GetString(8),
        Version = row.IsDBNull(9) ? null : new RouteVersion(row.GetInt64(9)),
    };
}
