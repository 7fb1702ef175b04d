using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Reloads that were answered without a sync. They are rows, so that they outlive the silo and the activation that answered.</summary>
internal sealed class ReloadRequests(RegistryDatabase database, NpgsqlConnection connection)
{
    public const string ReadSql = "select id from endpoint_sync.requests where schema_name = $1";

    // One row is enough, but the one that is there may be settled by a sync that looked before this request's edit was committed. So it gets a new
    // id, which that sync does not know; if that sync is deleting it already, nobody waits for it, and a second row is added.
    private const string AddSql =
        """
        with renewed as (
          update endpoint_sync.requests set id = default, requested_at = clock_timestamp(), requested_by = $2, reason = $3
          where id = (select id from endpoint_sync.requests where schema_name = $1 order by id desc limit 1 for update skip locked)
          returning id
        )
        insert into endpoint_sync.requests (schema_name, requested_by, reason)
        select $1, $2, $3
        where not exists (select from renewed)
        """;

    /// <summary>Records that a sync is owed which has not looked yet.</summary>
    public Task AddAsync(string reason, CancellationToken cancellationToken) => connection.ExecuteAsync(
        AddSql, cancellationToken, database.SchemaName, PostgresCommands.Value(database.Author), PostgresCommands.Value(reason));

    /// <summary>Adds to a batch what takes away the requests that a sync fulfils.</summary>
    public static void AddTo(NpgsqlBatch batch, long[] ids)
    {
        if (ids.Length > 0)
        {
            batch.Then("delete from endpoint_sync.requests where id = any($1)", PostgresCommands.Value(ids));
        }
    }
}
