using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Reloads that were answered without a sync. They are rows, so that they outlive the silo and the activation that answered.</summary>
internal sealed class ReloadRequests(RegistryDatabase database, NpgsqlConnection connection)
{
    public const string ReadSql = "select id from endpoint_sync.requests where schema_name = $1";

    // A row each time, also when one is there: the sync that is under way may be about to settle that one without having seen what is asked now.
    private const string AddSql = "insert into endpoint_sync.requests (schema_name, requested_by, reason) values ($1, $2, $3)";

    /// <summary>Records that a sync is owed.</summary>
    public Task AddAsync(string reason, CancellationToken cancellationToken) => connection.ExecuteAsync(
        AddSql, cancellationToken, database.SchemaName, PostgresCommands.Value(database.Author), PostgresCommands.Value(reason));

    /// <summary>Takes away the requests that this sync fulfils.</summary>
    public Task SettleAsync(long[] ids, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("delete from endpoint_sync.requests where id = any($1)", cancellationToken, PostgresCommands.Value(ids));
}
