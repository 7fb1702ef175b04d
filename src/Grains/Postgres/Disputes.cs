using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Endpoints whose routes we repair and another writer makes wrong again. The first few repairs come at once; then each waits twice as long as the
/// one before it, up to a minute, so that two writers who disagree do not fight as fast as they can.
/// </summary>
internal sealed class Disputes(RegistryDatabase database, NpgsqlConnection connection)
{
    /// <summary>How many repairs in a row are made at once.</summary>
    public const int Patience = 3;

    // The statement's time, because no index is searched for what the clock says.
    public const string OpenSql = "select endpoint_id from endpoint_sync.disputes where schema_name = $1 and until > statement_timestamp()";

    // Who was put off until minutes ago, or not at all, was last repaired before: the next repair begins a dispute of its own.
    public const string ForgetSql = "delete from endpoint_sync.disputes where schema_name = $1 and until < statement_timestamp() - interval '5 minutes'";

    private const string ReadSql =
        """
        select endpoint_id, repairs, since, until, role, application, process_id, host(address) from endpoint_sync.disputes
        where schema_name = $1 and repairs > $2 and repaired_at > clock_timestamp() - interval '5 minutes'
        order by endpoint_id
        """;

    // A dispute is over when nothing had to be repaired for some minutes, which is longer than the longest wait.
    private const string RecordSql =
        """
        insert into endpoint_sync.disputes as known (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id, address)
        select $1, id, 1, clock_timestamp(), clock_timestamp(), clock_timestamp(), $3, $4, $5, $6::inet from unnest($2) as id
        on conflict (schema_name, endpoint_id) do update
        set repairs = case when known.repaired_at > clock_timestamp() - interval '5 minutes' then known.repairs + 1 else 1 end,
          since = case when known.repaired_at > clock_timestamp() - interval '5 minutes' then known.since else excluded.since end,
          repaired_at = excluded.repaired_at,
          until = clock_timestamp() + case when known.repaired_at > clock_timestamp() - interval '5 minutes' and known.repairs >= $7
            then least(interval '1 second' * power(2, least(known.repairs + 1 - $7, 10)), interval '1 minute') else interval '0' end,
          role = excluded.role, application = excluded.application, process_id = excluded.process_id, address = excluded.address
        returning endpoint_id, repairs, since, until, role, application, process_id, host(address)
        """;

    private static Dispute Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3), PendingChanges.ReadWriter(row, 4));

    /// <summary>Those that go on.</summary>
    public Task<List<Dispute>> ReadAsync(CancellationToken cancellationToken) =>
        connection.ListAsync(ReadSql, Read, cancellationToken, database.SchemaName, PostgresCommands.Value(Patience));

    /// <summary>Records that a writer's rows of some endpoints were repaired.</summary>
    /// <returns>The endpoints whose next repair is put off.</returns>
    public async Task<IReadOnlyList<Dispute>> RecordAsync(IReadOnlyCollection<int> endpointIds, ForeignWriter writer, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(ForgetSql, cancellationToken, database.SchemaName);
        var recorded = await connection.ListAsync(
            RecordSql, Read, cancellationToken, database.SchemaName, PostgresCommands.Value(endpointIds.ToArray()), PostgresCommands.Value(writer.Role),
            PostgresCommands.Value(writer.Application), PostgresCommands.Value(writer.ProcessId), PostgresCommands.TextOrNull(writer.Address),
            PostgresCommands.Value(Patience));
        return recorded.FindAll(dispute => dispute.Repairs > Patience);
    }
}
