using EndpointSync.Grains.Configuration;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Where a registry's tables are, which lock guards them, and under which name this silo writes to them.
/// </summary>
/// <param name="Name">The registry's name in the cluster.</param>
/// <param name="Source">The connections to its database.</param>
/// <param name="Listened">The connection that listens for notifications from it.</param>
/// <param name="Sql">The statements' schema.</param>
/// <param name="LockKey">The key of its advisory lock.</param>
/// <param name="CreateTables">Whether Odoo's tables are created where they are absent.</param>
/// <param name="SyncOn">When others' edits of endpoints go live.</param>
/// <param name="AllowMassRemoval">Whether any sync may remove most of the routes.</param>
/// <param name="Limits">The time limits of its syncs.</param>
/// <param name="Silo">The silo's name, as versions and requests record it.</param>
internal sealed record RegistryDatabase(
    string Name, NpgsqlDataSource Source, ListenedDatabase Listened, SchemaSql Sql, long LockKey, bool CreateTables,
    SyncOn SyncOn, bool AllowMassRemoval, SyncOptions Limits, string Silo)
{
    public NpgsqlParameter SchemaName => PostgresCommands.Value(Sql.Schema);

    /// <summary>Discards the pooled connections to its servers, so that the next use connects anew.</summary>
    public void Reconnect() => DataSources.ClearPoolsTo(Source);
}
