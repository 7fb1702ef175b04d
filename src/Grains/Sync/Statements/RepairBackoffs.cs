using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Endpoints whose repairs another writer keeps undoing. The first few repairs come at once. Then each is delayed twice
/// as long as the one before, up to a minute, so that two writers that disagree do not fight as fast as they can.
/// </summary>
internal sealed class RepairBackoffs(RegistryDatabase database, NpgsqlConnection connection)
{
    /// <summary>How many repairs in a row are made at once.</summary>
    public const int RepairsAtOnce = 3;

    private static readonly SqlFile Sql = SqlFile.Of<RepairBackoffs>();

    /// <summary>Adds to a batch the statement that reads the ids of endpoints whose next repair is delayed.</summary>
    public static NpgsqlBatch AddActive(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["active"], database.SchemaName);

    /// <summary>Those that go on.</summary>
    public Task<List<RepairBackoff>> ReadAsync(CancellationToken cancellationToken) =>
        connection.ListAsync(
            Sql["read"], Read, cancellationToken, database.SchemaName, PostgresCommands.Value(RepairsAtOnce));

    /// <summary>Records that a writer's rows of some endpoints were repaired.</summary>
    /// <returns>The endpoints whose next repair is delayed.</returns>
    public async Task<IReadOnlyList<RepairBackoff>> RecordAsync(
        IReadOnlyCollection<int> endpointIds, ForeignWriter writer, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Sql["forget"], cancellationToken, database.SchemaName);
        var recorded = await connection.ListAsync(
            Sql["record"], Read, cancellationToken, database.SchemaName, PostgresCommands.Value(endpointIds.ToArray()),
            PostgresCommands.Value(writer.Role), PostgresCommands.Value(writer.Application),
            PostgresCommands.Value(writer.ProcessId),
            PostgresCommands.TextOrNull(writer.Address), PostgresCommands.Value(RepairsAtOnce));
        return recorded.FindAll(backoff => backoff.Repairs > RepairsAtOnce);
    }

    private static RepairBackoff Read(NpgsqlDataReader row) => new(
        row.Int("endpoint_id"), row.Int("repairs"), row.Time("since"), row.Time("until"),
        PendingChanges.ReadWriter(row));
}
