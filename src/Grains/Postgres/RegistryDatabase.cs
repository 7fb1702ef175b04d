using EndpointSync.Grains.Registries;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Where a registry's tables are, which lock guards them, and who we are to them.</summary>
/// <param name="Name">The registry's name in the cluster.</param>
/// <param name="Source">The connections to its database.</param>
/// <param name="Sql">The statements' schema.</param>
/// <param name="LockKey">The key of its advisory lock.</param>
/// <param name="CreateTables">Whether absent tables of Odoo's are created.</param>
/// <param name="SyncOn">When others' edits of endpoints go live.</param>
/// <param name="Limits">The time limits of its syncs.</param>
/// <param name="Author">The silo's name, as versions and requests record it.</param>
internal sealed record RegistryDatabase(
    string Name, NpgsqlDataSource Source, SchemaSql Sql, long LockKey, bool CreateTables, SyncOn SyncOn, SyncOptions Limits, string Author)
{
    public NpgsqlParameter SchemaName => PostgresCommands.Value(Sql.Schema);

    /// <summary>What this silo has seen of the lock's holders, whoever looked.</summary>
    public LockSightings Sightings { get; } = new();

    /// <summary>Makes whoever comes next connect anew.</summary>
    public void Reconnect() => Source.Clear();
}
