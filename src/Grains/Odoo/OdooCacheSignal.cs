using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Odoo;

/// <summary>What a transaction that changes Odoo's routes leaves behind for Odoo workers.</summary>
internal sealed class OdooCacheSignal(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<OdooCacheSignal>();

    /// <summary>
    /// Adds the statement that makes the bumps of Odoo's sequence due after the commit. Its result says whether the
    /// second channel exists.
    /// </summary>
    public void AddTo(NpgsqlBatch batch) =>
        batch.Then(
            Sql["make_bumps_due"], database.SchemaName,
            PostgresCommands.Value($"{database.Sql.Quoted}.orm_signaling_routing"));

    /// <summary>Writes to the second channel, which exists.</summary>
    public Task SendAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync(database.Sql.Of(Sql["send"]), cancellationToken);
}
