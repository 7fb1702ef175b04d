using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The advisory lock that every writer of a registry takes. It is tried, never waited for, in a READ COMMITTED transaction and as a statement of
/// its own: the next statement's snapshot then includes what the last holder committed. It ends with the transaction.
/// </summary>
internal sealed class SyncLock(RegistryDatabase database)
{
    private const string HolderSql =
        """
        select activity.pid, coalesce(activity.application_name, ''), coalesce(activity.usename, ''), activity.xact_start
        from pg_locks as held
        left join pg_stat_activity as activity on activity.pid = held.pid
        where held.locktype = 'advisory' and held.granted and held.objsubid = 1
          and held.database = (select oid from pg_database where datname = current_database())
          and (held.classid::bigint << 32 | held.objid::bigint) = $1
        limit 1
        """;

    // The limits go first, so that the lock can never be held by a transaction without them. The search path is for Odoo's trigger functions,
    // which name their sequence without a schema.
    private const string LimitsSql =
        """
        select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
          set_config('idle_in_transaction_session_timeout', $3, true), set_config('search_path', $4, true)
        """;

    /// <param name="connection">The transaction's connection.</param>
    /// <param name="idle">How long the transaction may stand idle.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<bool> TryTakeAsync(NpgsqlConnection connection, TimeSpan idle, CancellationToken cancellationToken)
    {
        var limits = database.Limits;
        await using var batch = connection.CreateBatch()
            .Then(
                LimitsSql, Milliseconds(limits.StatementTimeout), Milliseconds(limits.LockTimeout), Milliseconds(idle),
                PostgresCommands.Value($"{database.Sql.Quoted}, \"$user\", public"))
            .Then("select pg_try_advisory_xact_lock($1)", PostgresCommands.Value(database.LockKey));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0);
    }

    /// <summary>Who holds the lock now, as far as Postgres shows it to our role; null when nobody does.</summary>
    public async Task<LockHolder?> HolderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var holders = await connection.ListAsync(
            HolderSql,
            row => new LockHolder(row.IsDBNull(0) ? 0 : row.GetInt32(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3)),
            cancellationToken, PostgresCommands.Value(database.LockKey));
        return holders.SingleOrDefault();
    }

    private static NpgsqlParameter Milliseconds(TimeSpan span) =>
        PostgresCommands.Value(((long)span.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
