using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Reloads that were answered without a sync. They are rows, so they outlive the silo and the activation that answered.
/// </summary>
internal sealed class PendingSyncs(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<PendingSyncs>();

    /// <summary>Adds to a batch the statement that reads them; its rows are for
    /// <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/>.</summary>
    public static NpgsqlBatch AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["read"], database.SchemaName);

    public static async Task<PendingRequests> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = await reader.ListAsync(
            row => (Id: row.Long("id"), Removal: row.Bool("allow_mass_removal"), Attach: row.Bool("attach")),
            cancellationToken);
        return new PendingRequests(
            [.. rows.Select(row => row.Id)], rows.Exists(row => row.Removal), rows.Exists(row => row.Attach));
    }

    /// <summary>The pending syncs.</summary>
    public static async Task<PendingRequests> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = AddRead(connection.CreateBatch(), database);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Adds to a batch the statement that deletes the ones that a sync fulfils.</summary>
    public static void AddDelete(NpgsqlBatch batch, long[] ids)
    {
        if (ids.Length > 0)
        {
            batch.Then(Sql["delete"], PostgresCommands.Value(ids));
        }
    }

    /// <summary>Records that a sync is pending which has not begun, with what its request allows.</summary>
    public async Task AddAsync(string reason, ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(PostgresCommands.CommitDurably)
            .Then(
                Sql["add"], database.SchemaName, PostgresCommands.Value(database.Silo),
                PostgresCommands.Value(reason), PostgresCommands.Value(request.AllowMassRemoval),
                PostgresCommands.Value(request.Attach));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
