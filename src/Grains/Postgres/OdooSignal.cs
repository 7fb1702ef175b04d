using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a transaction that changes what Odoo workers serve leaves for them.</summary>
internal sealed class OdooSignal(RegistryDatabase database, NpgsqlConnection connection)
{
    private const string OweSql =
        """
        update endpoint_sync.state set signalled_at = null, settled = false
        where schema_name = $1
        returning to_regclass($2) is not null
        """;

    // Odoo 19 invalidates its caches when a row appears here; other versions do not have the table.
    private const string InsertSql = "insert into {odoo}.orm_signaling_routing default values";

    /// <summary>Adds what makes the draws of Odoo's sequence due, which follow the commit; its result says whether there is a second channel to feed.</summary>
    public void AddTo(NpgsqlBatch batch) =>
        batch.Then(OweSql, database.SchemaName, PostgresCommands.Value($"{database.Sql.Quoted}.orm_signaling_routing"));

    /// <summary>Feeds Odoo's second channel, which exists.</summary>
    public Task FeedAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(database.Sql.Of(InsertSql), cancellationToken);
}
