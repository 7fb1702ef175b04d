using Npgsql;

namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>
/// The cluster's own tables in schema <c>endpoint_sync</c> of its database: the keys of the HTTP API. They are created
/// before their first use, and again if they are gone: a backup was restored, or the schema dropped.
/// </summary>
internal sealed class ClusterTables(NpgsqlDataSource source) : IDisposable
{
    public const string Schema = "endpoint_sync";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _done;

    /// <summary>Installs or upgrades the tables, whichever silo comes first.</summary>
    public static Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrator.MigrateAsync(source, "Cluster", Schema, cancellationToken);

    /// <summary>Runs work on a connection to the tables.</summary>
    public async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(work, cancellationToken);
        }
        catch (PostgresException gone) when (SqlStates.IsUnprepared(gone))
        {
            _done = false;
            return await RunOnceAsync(work, cancellationToken);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<T> RunOnceAsync<T>(
        Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    }

    private async Task EnsureAsync(CancellationToken cancellationToken)
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
                await MigrateAsync(source, cancellationToken);
            }

            _done = true;
        }
        finally
        {
            _turn.Release();
        }
    }
}
