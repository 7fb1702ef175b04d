using System.Data;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>Reads what operators ask for; never takes a lock.</summary>
internal sealed class RegistryStatusStore(RegistryDatabase database, SyncLock syncLock)
{
    private static readonly SqlFile Sql = SqlFile.Of<RegistryStatusStore>();

    private const int PollsBetweenCounts = 30;

    // The rest is read in pages.
    private const int MostQuarantined = 100;

    private volatile RegistryFacts? _facts;
    private int _polls;

    /// <summary>What the last poll read; null before the first.</summary>
    public RegistryFacts? Facts => _facts;

    /// <summary>
    /// What is pending without anybody's request: a sync, a bump of Odoo's sequence, or a change by another writer.
    /// </summary>
    /// <returns>What is to be made current; null if nothing is pending.</returns>
    public async Task<ReloadScope?> PendingScopeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var everyEdit = database.SyncOn == SyncOn.Change;
        var known = _polls++ % PollsBetweenCounts == 0 ? null : _facts;
        var pending = await connection.ListAsync(
            Sql["pending"],
            row => (
                Sync: row.Bool("is_sync_pending"), Bump: row.Bool("is_bump_due"),
                Change: row.Bool("is_change_pending") || row.Bool("is_behind"), ReadOnly: row.Bool("is_read_only"),
                Facts: ReadFacts(row, known)),
            cancellationToken, database.SchemaName, PostgresCommands.Value(everyEdit),
            PostgresCommands.NumberOrNull(known?.Version));
        (var sync, var bump, var change, var isReadOnly, _facts) = pending[0];
        // Reads succeed on a server that has become a standby, and its sessions stay while the address moves on.
        if (isReadOnly)
        {
            database.Reconnect();
        }

        if (sync || (change && everyEdit))
        {
            return ReloadScope.Everything;
        }

        return change || bump ? ReloadScope.Routes : null;
    }

    /// <summary>Who holds the registry's lock; null when nobody does.</summary>
    public Task<LockHolder?> LockHolderAsync(CancellationToken cancellationToken) =>
        syncLock.FindHolderAsync(cancellationToken);

    /// <summary>The status, with the first of the endpoints that cannot be routed.</summary>
    public async Task<RegistryStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        var quarantined = await new Quarantine(database, connection).PageAsync(
            cursor: null, MostQuarantined, cancellationToken);
        var holder = await syncLock.FindHolderAsync(connection, cancellationToken);
        var backoffs = await new RepairBackoffs(database, connection).ReadAsync(cancellationToken);
        var pin = await new Pins(database, connection).FindAsync(cancellationToken);
        var status = await connection.ListAsync(
            database.Sql.Of(Sql["status"]), row => Read(row, quarantined, holder, backoffs), cancellationToken,
            database.SchemaName,
            PostgresCommands.Value(DataSources.ApplicationPrefix + DataSources.ClusterPrefix),
            PostgresCommands.Value(database.Listened.ClusterId));
        var rollout = pin is null ? null : await RolloutStore.FindRunningAsync(database, connection, cancellationToken);
        return status.Single() with { Pin = pin?.Pin, Rollout = rollout };
    }

    /// <summary>One page of the endpoints that cannot be routed.</summary>
    /// <param name="cursor">The id after which it begins; null for the first.</param>
    /// <param name="limit">How many it has at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<QuarantineList> ReadQuarantineAsync(int? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var page = await new Quarantine(database, connection).PageAsync(cursor, limit + 1, cancellationToken);
        return page.Count > limit
            ? new QuarantineList(page[..limit], page[limit - 1].Id)
            : new QuarantineList(page, null);
    }

    /// <summary>How many endpoints cannot be routed.</summary>
    public async Task<int> CountQuarantineAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await new Quarantine(database, connection).CountAsync(cancellationToken);
    }

    /// <summary>Those of some endpoints that cannot be routed.</summary>
    public async Task<IReadOnlyList<int>> QuarantinedAmongAsync(
        IEnumerable<int> endpoints, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await new Quarantine(database, connection).AmongAsync(endpoints, cancellationToken);
    }

    /// <summary>What other writers did to routes.</summary>
    public async Task<WriterList> ReadWritersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var writes = await new ForeignWriteLog(database, connection).ReadAsync(cancellationToken);
        var backoffs = await new RepairBackoffs(database, connection).ReadAsync(cancellationToken);
        var counts = await connection.ListAsync(
            Sql["write_counts"], row => (Total: row.Long("foreign_writes"), Unlocked: row.Long("unlocked_writes")),
            cancellationToken,
            database.SchemaName);
        return new WriterList(counts[0].Total, counts[0].Unlocked, writes, backoffs);
    }

    private static RegistryFacts ReadFacts(NpgsqlDataReader row, RegistryFacts? known) => new(
        row.Long("newest"), row.Long("quarantined"), row.Long("backoffs"), row.Long("foreign_writes"),
        row.Long("unlocked_writes"), row.StructOrNull<long>("versions") ?? known?.Versions ?? 0,
        row.Long("pending_syncs"), row.StructOrNull<long>("pinned_to"), row.Bool("is_tracked"));

    private RegistryStatus Read(
        NpgsqlDataReader row, List<RejectedEndpoint> quarantine, LockHolder? holder,
        IReadOnlyList<RepairBackoff> backoffs) => new()
        {
            Registry = database.Name,
            Version = row.Version("version"),
            ChangedAt = row.Time("changed_at"),
            Silo = row.Text("silo"),
            ContentHash = row.Text("content_hash"),
            Endpoints = row.Int("endpoints"),
            Archived = row.Int("archived"),
            Unsynced = row.Int("unsynced"),
            Routes = row.Int("routes"),
            SyncPending = row.Bool("is_sync_pending"),
            Tracked = row.Bool("is_tracked"),
            ForeignWrites = row.Long("foreign_writes"),
            UnlockedWrites = row.Long("unlocked_writes"),
            RepairBackoffs = backoffs,
            Quarantine = quarantine,
            QuarantineCount = row.Int("quarantined"),
            LockHolder = holder,
            LeftOut = row.Value<string[]>("left_out"),
            OtherClusters = row.Value<string[]>("other_clusters"),
        };
}
