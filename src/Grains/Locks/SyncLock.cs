using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// The advisory lock that every writer of a registry takes. It is tried, never waited for, in a READ COMMITTED
/// transaction and as a statement of its own. So the next statement's snapshot includes the last holder's commit. The
/// lock ends with the transaction.
/// </summary>
internal sealed class SyncLock(RegistryDatabase database)
{
    private readonly LockHoldTracker _holds = new();
    private volatile string _role = "";

    /// <summary>The registry that the lock guards.</summary>
    public RegistryDatabase Database => database;

    private static readonly SqlFile Sql = SqlFile.Of<SyncLock>();

    /// <summary>
    /// Whether a session is a silo's: it has the role of this silo, and a silo's application name. Any role may choose
    /// that name, and a connection string with an application name of its own hides a silo.
    /// </summary>
    public bool IsSilo(LockHolder holder) =>
        holder.Role == _role && holder.Application.StartsWith(DataSources.ApplicationPrefix, StringComparison.Ordinal);

    /// <param name="connection">The transaction's connection.</param>
    /// <param name="idle">How long the transaction may be idle.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<bool> TryTakeAsync(
        NpgsqlConnection connection, TimeSpan idle, CancellationToken cancellationToken)
    {
        await using var batch = AddLimits(connection.CreateBatch(), idle)
            .ThenPlanOnce()
            .Then(Sql["try_take"], PostgresCommands.Value(database.LockKey));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.Bool("is_taken");
    }

    /// <summary>
    /// Sets the time limits of a transaction that takes the version row's lock alone, and makes its commit durable.
    /// </summary>
    public async Task SetLimitsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = AddLimits(connection.CreateBatch(), database.Limits.IdleInTransactionTimeout);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The present holder of the lock, as far as Postgres shows it to our role; null if the lock is free.
    /// </summary>
    public async Task<LockHolder?> FindHolderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var holders = await connection.ListAsync(
            Sql["holder"], Read, cancellationToken, PostgresCommands.Value(database.LockKey));
        if (holders.Count == 0)
        {
            _holds.SawNobody();
        }

        return holders.SingleOrDefault();
    }

    /// <summary>
    /// The same for callers that wait for the lock. It also ends a silo's session that holds the lock and is stuck in
    /// the middle of a message.
    /// </summary>
    public async Task<LockHolder?> FindHolderAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var holder = await FindHolderAsync(connection, cancellationToken);
        if (holder is not null && IsSilo(holder) && holder.Held > database.Limits.StatementTimeout)
        {
            await connection.ExecuteAsync(
                Sql["end_frozen"], cancellationToken, PostgresCommands.Value(holder.ProcessId), PostgresCommands.Value(
                    database.Limits.StatementTimeout));
        }

        return holder;
    }

    private NpgsqlBatch AddLimits(NpgsqlBatch batch, TimeSpan idle) => batch.Then(
        Sql["set_limits"], Milliseconds(database.Limits.StatementTimeout), Milliseconds(database.Limits.LockTimeout),
        Milliseconds(idle));

    private LockHolder Read(NpgsqlDataReader row)
    {
        _role = row.Text("own_role");
        var processId = row.Int("process_id");
        var now = row.Time("now");
        var (since, isFirstSeen) = _holds.Saw(processId, row.StructOrNull<DateTimeOffset>("transaction_start"), now);
        return new LockHolder
        {
            ProcessId = processId,
            Application = row.TextOrNull("application") ?? "",
            Role = row.TextOrNull("role") ?? "",
            Client = row.TextOrNull("client"),
            State = row.TextOrNull("state"),
            Since = since,
            SinceFirstSeen = isFirstSeen,
            Held = now > since ? now - since : TimeSpan.Zero,
            Query = row.TextOrNull("query"),
        };
    }

    private static NpgsqlParameter Milliseconds(TimeSpan span) =>
        PostgresCommands.Value(
            ((long)span.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
