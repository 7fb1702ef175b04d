using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Cluster;

/// <summary>The registry's advisory lock, held by another process.</summary>
internal sealed class HeldLock(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    /// <summary>The backend of that process.</summary>
    public int ProcessId => connection.ProcessID;

    public static async Task<HeldLock> TakeAsync(TestDatabase database)
    {
        var connection = await database.Source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(
            $"select pg_advisory_xact_lock({AdvisoryLockKey.Of(RegistryOptions.DefaultLockName)})", connection);
        await command.ExecuteNonQueryAsync();
        return new HeldLock(connection, transaction);
    }

    public Task ReleaseAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
