using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The advisory lock that every writer of a registry takes. It is tried, never waited for, in a READ COMMITTED transaction and as a statement of
/// its own: the next statement's snapshot then includes what the last holder committed. It ends with the transaction.
/// </summary>
internal sealed class SyncLock(RegistryDatabase database)
{
    // A session of another role shows nothing of itself but its process, role and application, and says so in the place of its query. A shared
    // lock may have several holders; the one that may be in the way for longest is told.
    private const string HolderSql =
        """
        select held.pid, activity.application_name, activity.usename, host(activity.client_addr), activity.state, activity.xact_start,
          nullif(left(regexp_replace(activity.query, '[[:space:][:cntrl:]]+', ' ', 'g'), 200), '<insufficient privilege>'), clock_timestamp()
        from pg_locks as held
        left join pg_stat_activity as activity on activity.pid = held.pid
        where held.locktype = 'advisory' and held.granted and held.objsubid = 1
          and held.database = (select oid from pg_database where datname = current_database())
          and (held.classid::bigint << 32 | held.objid::bigint) = $1
        order by activity.xact_start nulls first, held.pid
        limit 1
        """;

    // The limits go first, so that the lock can never be held by a transaction without them. The search path is for Odoo's trigger functions,
    // which name their sequence without a schema. The last setting keeps our own triggers from noting what we write.
    private const string LimitsSql =
        """
        select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
          set_config('idle_in_transaction_session_timeout', $3, true), set_config('search_path', $4, true), set_config('endpoint_sync.syncing', 'on', true)
        """;

    // The limits end a statement that Postgres works on and a transaction that stands idle. Neither ends a session in the middle of a message, which
    // waits for the rest of a statement or for its rows to be taken as long as the system of a frozen process keeps the connection up. A sync whose
    // statement has outlasted its limit is past saving, so nothing is lost with it.
    private const string EndFrozenSql =
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where pid = $1 and usename = current_user and state = 'active' and wait_event in ('ClientRead', 'ClientWrite')
          and state_change < clock_timestamp() - $2
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
            .ThenPlanOnce()
            .Then("select pg_try_advisory_xact_lock($1)", PostgresCommands.Value(database.LockKey));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0);
    }

    /// <summary>Who holds the lock now, as far as Postgres shows it to our role; null when nobody does.</summary>
    public async Task<LockHolder?> HolderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var holders = await connection.ListAsync(HolderSql, Read, cancellationToken, PostgresCommands.Value(database.LockKey));
        if (holders.Count == 0)
        {
            database.Sightings.SawNobody();
        }

        return holders.SingleOrDefault();
    }

    /// <summary>The same for those who want the lock to come free: it ends a silo's session that holds it and stands still in the middle of a message.</summary>
    public async Task<LockHolder?> HolderAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var holder = await HolderAsync(connection, cancellationToken);
        if (holder is not null && DataSources.IsSilo(holder) && holder.Held > database.Limits.StatementTimeout)
        {
            await connection.ExecuteAsync(
                EndFrozenSql, cancellationToken, PostgresCommands.Value(holder.ProcessId), PostgresCommands.Value(database.Limits.StatementTimeout));
        }

        return holder;
    }

    private LockHolder Read(NpgsqlDataReader row)
    {
        var processId = row.IsDBNull(0) ? 0 : row.GetInt32(0);
        var now = row.GetFieldValue<DateTimeOffset>(7);
        var (since, isFirstSeen) = database.Sightings.Saw(processId, row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), now);
        return new LockHolder
        {
            ProcessId = processId,
            Application = row.TextOrNull(1) ?? "",
            Role = row.TextOrNull(2) ?? "",
            Client = row.TextOrNull(3),
            State = row.TextOrNull(4),
            Since = since,
            SinceFirstSeen = isFirstSeen,
            Held = now > since ? now - since : TimeSpan.Zero,
            Query = row.TextOrNull(6),
        };
    }

    private static NpgsqlParameter Milliseconds(TimeSpan span) =>
        PostgresCommands.Value(((long)span.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
