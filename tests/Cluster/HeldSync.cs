using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Cluster;

/// <summary>
/// A gate in the middle of every sync, built from Postgres alone: a lock on the version row stops the next sync right
/// after it took the advisory lock.
/// </summary>
internal sealed class HeldSync(
    TestDatabase database, NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public static async Task<HeldSync> CloseAsync(TestDatabase database)
    {
        var connection = await database.Source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select from endpoint_sync.state for update", connection);
        await command.ExecuteNonQueryAsync();
        return new HeldSync(database, connection, transaction);
    }

    /// <summary>Completes when a sync waits at the gate.</summary>
    public Task ReachedAsync() => database.UntilBlockedAsync();

    public Task OpenAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
