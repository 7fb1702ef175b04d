using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Odoo;

/// <summary>What a transaction that changes Odoo's routes leaves to be sent to Odoo workers after its commit.</summary>
internal static class OdooCacheSignal
{
    private static readonly SqlFile Sql = SqlFile.Of(typeof(OdooCacheSignal));

    /// <summary>Adds the statement that makes the bumps due after the commit.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="database">The registry's database.</param>
    /// <param name="routes">Whether a worker may have cached other routes than there are now.</param>
    /// <param name="apps">Whether a worker may have cached another app for a root path.</param>
    public static void AddTo(NpgsqlBatch batch, RegistryDatabase database, bool routes, bool apps) => batch.Then(
        Sql["make_bumps_due"], database.SchemaName, PostgresCommands.Value(routes), PostgresCommands.Value(apps));
}
