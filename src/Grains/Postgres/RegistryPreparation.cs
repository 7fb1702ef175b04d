using System.Runtime.CompilerServices;
using EndpointSync.Grains.Postgres.Migrations;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Makes a registry's database ready to be synced, once; a failure is not remembered, so that the next use tries again.</summary>
internal sealed class RegistryPreparation(RegistryDatabase database, ChangeTracking tracking)
{
    private const string Schema = "endpoint_sync";

    // Asked first: "on conflict do nothing" waits for a sync that is changing the row, and a silo that starts would wait for one that is frozen.
    private const string AddStateSql =
        """
        insert into endpoint_sync.state (schema_name) select $1
        where not exists (select from endpoint_sync.state where schema_name = $1) on conflict do nothing
        """;

    private const string KeepLockKeySql = "update endpoint_sync.state set lock_key = $2 where schema_name = $1 and lock_key is distinct from $2";

    // One at a time for all registries of a pool: each holds a connection while it waits for its turn, and needs a second one then.
    private static readonly ConditionalWeakTable<NpgsqlDataSource, SemaphoreSlim> Turns = [];

    private readonly SemaphoreSlim _turn = Turns.GetValue(database.Source, _ => new SemaphoreSlim(1, 1));
    private volatile bool _done;

    /// <exception cref="RegistryUnusableException">Something is missing that a person has to add.</exception>
    /// <exception cref="Npgsql.NpgsqlException">Postgres cannot be reached or refused.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_done)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_done)
            {
                await PrepareAsync(cancellationToken);
            }

            _done = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the next use prepare again, because what was made ready is there no more: a backup was restored, or a schema dropped.</summary>
    public void Forget() => _done = false;

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await Migrator.MigrateAsync(database.Source, "EndpointSync", Schema, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var turn = await Migrator.TakeTurnAsync(connection, cancellationToken);
        await new OdooTables(database).PrepareAsync(connection, cancellationToken);
        await connection.ExecuteAsync(AddStateSql, cancellationToken, database.SchemaName);
        await connection.ExecuteAsync(KeepLockKeySql, cancellationToken, database.SchemaName, PostgresCommands.Value(database.LockKey));
        await turn.CommitAsync(cancellationToken);
        await tracking.EnsureAsync(cancellationToken);
    }
}
