using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Reloads that were answered without a sync. They are rows, so they outlive the silo and the activation that answered.
/// </summary>
internal sealed class PendingSyncs(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<PendingSyncs>();

    /// <summary>Adds to a batch the statement that reads their ids.</summary>
    public static NpgsqlBatch AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["read"], database.SchemaName);

    /// <summary>Adds to a batch the statement that deletes the ones that a sync fulfils.</summary>
    public static void AddDelete(NpgsqlBatch batch, long[] ids)
    {
        if (ids.Length > 0)
        {
            batch.Then(Sql["delete"], PostgresCommands.Value(ids));
        }
    }

    /// <summary>Records that a sync is pending which has not begun.</summary>
    public async Task AddAsync(string reason, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(PostgresCommands.CommitDurably)
            .Then(
                Sql["add"], database.SchemaName, PostgresCommands.Value(database.Silo),
                PostgresCommands.Value(reason));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
