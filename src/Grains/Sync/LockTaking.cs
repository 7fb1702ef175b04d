using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>Takes a registry's lock at the beginning of a transaction that writes.</summary>
internal static class LockTaking
{
    /// <param name="syncLock">The lock.</param>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="due">How many rows the transaction is about; the time that it may be idle grows with them.</param>
    /// <param name="logger">The log of syncs.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether it is taken; false if another session has it.</returns>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    public static async Task<bool> TryTakeAsync(
        this SyncLock syncLock, NpgsqlConnection connection, int due, ILogger logger,
        CancellationToken cancellationToken)
    {
        try
        {
            var idle = syncLock.Database.Limits.IdleInTransactionLimit(due);
            return await syncLock.TryTakeAsync(connection, idle, cancellationToken);
        }
        catch (NpgsqlException cause)
        {
            SyncLog.LockFailed(logger, syncLock.Database.Name, cause.Message);
            throw new LockFailedException(cause);
        }
    }
}
