using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Deletes what is kept too long. One silo does it; the others leave it to that one.</summary>
internal static class OldRows
{
    // Until the transaction ends.
    private const string TryLock = "select pg_try_advisory_xact_lock(hashtextextended($1, 0))";

    /// <summary>Runs a statement that deletes some rows, unless another silo is about to.</summary>
    /// <param name="source">The database.</param>
    /// <param name="what">Names what is deleted, for the lock.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is deleted then.</param>
    /// <param name="parameters">The statement's parameters.</param>
    /// <returns>How many rows were deleted.</returns>
    public static async Task<int> DeleteAsync(
        NpgsqlDataSource source, string what, string sql, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ScalarAsync<bool>(
            TryLock, cancellationToken, PostgresCommands.Value($"endpointsync {what} retention")))
        {
            return 0;
        }

        await using var command = connection.Command(sql, parameters);
        var deleted = await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
    }
}
