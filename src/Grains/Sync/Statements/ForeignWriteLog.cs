using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>Keeps what other writers did to routes, what became of it, and how often that was.</summary>
internal sealed class ForeignWriteLog(RegistryDatabase database, NpgsqlConnection connection)
{
    // Enough to see a pattern; the counts go on.
    private const int Kept = 200;

    private static readonly SqlFile Sql = SqlFile.Of<ForeignWriteLog>();

    /// <summary>The newest ones, newest first.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="version">Only those that led to this version.</param>
    public Task<List<ForeignWrite>> ReadAsync(
        CancellationToken cancellationToken, RouteVersion? version = null) => connection.ListAsync(
            Sql["read"], Read, cancellationToken, database.SchemaName, PostgresCommands.NumberOrNull(version?.Value));

    /// <summary>Adds what a sync classified, before it deletes the recorded changes.</summary>
    public async Task AddAsync(
        IReadOnlyList<ClassifiedWrite> classified, RouteVersion? version, CancellationToken cancellationToken)
    {
        if (classified.Count == 0)
        {
            return;
        }

        await using var batch = connection.CreateBatch()
            .Then(
                Sql["add"], database.SchemaName,
                PostgresCommands.Value(classified.Select(write => write.Change.Id).ToArray()),
                PostgresCommands.Value(classified.Select(write => write.OutcomeText).ToArray()),
                PostgresCommands.NumberOrNull(version?.Value))
            .Then(
                Sql["count"], database.SchemaName, PostgresCommands.Value((long)classified.Count),
                PostgresCommands.Value(classified.LongCount(write => write.Change.Locked is false)))
            .Then(Sql["forget"], database.SchemaName, PostgresCommands.Value(Kept));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static ForeignWrite Read(NpgsqlDataReader row) => new()
    {
        Writer = PendingChanges.ReadWriter(row),
        ChangedAt = row.Time("changed_at"),
        Operation = row.Text("operation"),
        Keys = row.ValueOrNull<string[]>("keys"),
        Locked = row.Bool("locked"),
        Outcome = row.Text("outcome"),
        Version = row.StructOrNull<long>("version") is { } version ? new RouteVersion(version) : null,
    };
}
