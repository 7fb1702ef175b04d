using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a sync that changes what Odoo workers serve leaves for them in its transaction.</summary>
internal sealed class OdooSignal(RegistryDatabase database, NpgsqlConnection connection)
{
    // Once in a transaction: afterwards the row's writer is the transaction itself.
    private const string OweSql =
        """
        update endpoint_sync.state set signalled_at = null, settled = false
        where schema_name = $1 and xmin <> pg_current_xact_id()::xid
        returning to_regclass($2) is not null
        """;

    // Odoo 19 invalidates its caches when a row appears here; other versions do not have the table.
    private const string InsertSql = "insert into {odoo}.orm_signaling_routing default values";

    /// <summary>Makes the draws of Odoo's sequence due, which follow the commit, and feeds Odoo's second channel where it exists.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var left = await connection.ListAsync(
            OweSql, row => row.GetBoolean(0), cancellationToken, database.SchemaName, PostgresCommands.Value($"{database.Sql.Quoted}.orm_signaling_routing"));
        if (left.Contains(true))
        {
            await connection.ExecuteAsync(database.Sql.Of(InsertSql), cancellationToken);
        }
    }
}
