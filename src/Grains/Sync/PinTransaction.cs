using System.Data;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The one transaction that writes for a pin: it publishes a rollback's table, or it brings back rows and flags that
/// say something else than the pinned table. It holds the lock from its first statement to its commit. It writes only
/// rows of endpoints, and never an endpoint but for its flag.
/// </summary>
internal sealed class PinTransaction(
    RegistryDatabase database, SyncLock syncLock, NpgsqlConnection connection, TimeProvider clock, ILogger logger,
    bool isolatesRefusals = false)
{
    // The transaction reads and compares the whole registry.
    private const int RowsOfRollback = 10_000;

    private static readonly DueChanges NothingRecorded = DueChanges.Of(
        [], [], new HashSet<int>(), ReloadScope.Routes);

    private readonly VersionWriter _versions = new(database, connection);
    private readonly RouteWriter _routes = new(database, connection, isolatesRefusals);
    private readonly Pins _pins = new(database, connection);

    /// <summary>Publishes the table of an earlier version as a new one, and pins it.</summary>
    /// <param name="request">The rollback.</param>
    /// <param name="needsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is written then, unless the commit was under way.
    /// </param>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    public async Task<SyncResult> RollBackAsync(
        PinRequest request, bool needsReadonly, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken);
        var begun = clock.GetTimestamp();
        if (!await syncLock.TryTakeAsync(connection, RowsOfRollback, logger, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return await LockBusyAsync(RouteVersion.None, cancellationToken);
        }

        var state = await LockStateAsync(cancellationToken);
        if (await _pins.FindAsync(cancellationToken) is { } pin && pin.RequestId == request.Id)
        {
            return await FindDoneAsync(state, cancellationToken);
        }

        var target = await _pins.FindTargetAsync(request.To!.Value, cancellationToken);
        var changes = await _pins.FindChangesToAsync(request.To.Value, cancellationToken);
        var next = VersionWriter.Next(state, changes);
        if (RefusalOf(request, state, target, next) is var refusal && refusal != PinRefusal.None)
        {
            return SyncResult.UpToDate(database, state.Version, []) with { Refusal = refusal, MayNeedBump = false };
        }

        await PublishAsync(request, state, next, changes, cancellationToken);
        var left = await RestoreAllAsync(next, changes, needsReadonly, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        SyncLog.RolledBack(
            logger, database.Name, state.Version, request.To.Value, next.Version, request.By, request.Reason);
        return ResultOf(state, next, changes, left, target.ChangedAt).HeldLockFor(clock.GetElapsedTime(begun));
    }

    /// <summary>Brings back what a look found touched while the registry is pinned.</summary>
    /// <param name="look">The look.</param>
    /// <param name="request">How many callers share the sync.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The result; null if another version or no pin is there by now, so that the look is outdated.</returns>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    public async Task<SyncResult?> RestoreAsync(
        PinnedLook look, ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken);
        var begun = clock.GetTimestamp();
        if (!await syncLock.TryTakeAsync(connection, look.EndpointIds.Count, logger, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return await LockBusyAsync(look.State.Version, cancellationToken);
        }

        var state = await LockStateAsync(cancellationToken);
        if (!state.IsPinned || state.Version != look.State.Version)
        {
            return null;
        }

        var (done, left) = await RestoreAsync(
            state, look.EndpointIds, look.Waiting, look.Keys, look.NeedsReadonly, cancellationToken);
        await new ForeignWrites(database, connection, logger).ClassifyAsync(
            look.Due.Recorded, done, [], state.Version, cancellationToken);
        // A version that the database lost is passed by with the pinned table.
        var next = VersionWriter.Next(state, []);
        await new SyncBookkeeping(database, connection, look.IsTracked, look.Requests).RunAsync(
            look.Due, left, done.Writes.Count + done.Removals.Count > 0, [],
            next.Version > state.Version
                ? batch => _versions.AddVersion(batch, next, [], endpointsSynced: 0, request.Callers)
                : null,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var result = SyncResult.Pinned(database, next.Version, look.Quarantine);
        return (result with { Receipt = result.Receipt with { EndpointsDeferred = left.Count } })
            .HeldLockFor(clock.GetElapsedTime(begun));
    }

    private static PinRefusal RefusalOf(
        PinRequest request, VersionState state, RollbackTarget target, VersionState next) =>
        state.Version != request.Seen ? PinRefusal.VersionMoved
        : !target.WasMade ? PinRefusal.NeverMade
        // Routes are deleted after their version. A table that lacks some is not the one that was asked for.
        : target.Hash is not { } hash || next.ContentHash != hash ? PinRefusal.NotKept
        : PinRefusal.None;

    private async Task<SyncResult> LockBusyAsync(RouteVersion version, CancellationToken cancellationToken)
    {
        var holder = await syncLock.FindHolderAsync(connection, cancellationToken);
        return SyncResult.LockBusy(database, version, [], holder) with { MayNeedBump = false };
    }

    private async Task<VersionState> LockStateAsync(CancellationToken cancellationToken)
    {
        await using var batch = _versions.AddLock(connection.CreateBatch());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return VersionState.Single(await reader.ListAsync(VersionState.Read, cancellationToken), database);
    }

    private async Task PublishAsync(
        PinRequest request, VersionState state, VersionState next, List<RouteChange> changes,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        _pins.AddUnpin(batch);
        if (next.Version > state.Version)
        {
            _versions.AddVersion(batch, next, changes, endpointsSynced: 0, callers: 1);
            _pins.AddDescription(batch, request, next.Version, state.Version);
        }

        _pins.AddPin(batch, request);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // What others recorded stays recorded: the next sync under the pin deals with it.
    private async Task<HashSet<int>> RestoreAllAsync(
        VersionState next, List<RouteChange> changes, bool needsReadonly, CancellationToken cancellationToken)
    {
        var check = await FullCheck.RunAsync(database, connection, cancellationToken);
        var recorded = await PendingChanges.ReadAsync(database, connection, cancellationToken);
        var due = DueChanges.Of(recorded, [], new HashSet<int>(), ReloadScope.Routes);
        var (_, left) = await RestoreAsync(
            next, due.UnderPin(check), due.Waiting, check.Keys, needsReadonly, cancellationToken);
        await new SyncBookkeeping(database, connection, isTracked: true, requests: []).RunAsync(
            NothingRecorded, left, isWritten: true, changes, addVersion: null, cancellationToken);
        return left;
    }

    private async Task<(SyncPlan Done, HashSet<int> Left)> RestoreAsync(
        VersionState state, IReadOnlySet<int> ids, IReadOnlySet<int> waiting, IReadOnlyCollection<string> keys,
        bool needsReadonly, CancellationToken cancellationToken)
    {
        await _routes.LockAsync(ids, keys, cancellationToken);
        var scan = await new EndpointReader(database, connection, state.Version, needsReadonly).ReadAsync(
            ids, keys, EndpointScan.Empty, ids, cancellationToken);
        var plan = scan.PinnedPlan(ids, waiting);
        if (!plan.IsEmpty)
        {
            await SchemaGuard.CheckAsync(database, connection, cancellationToken);
        }

        var done = await _routes.WriteAsync(plan, scan, ids, cancellationToken);
        foreach (var (id, reason) in _routes.Refused)
        {
            SyncLog.NotRestored(logger, id, database.Name, reason);
        }

        return (done, [.. plan.EndpointIds.Except(done.EndpointIds).Except(_routes.Refused.Keys)]);
    }

    private async Task<SyncResult> FindDoneAsync(VersionState state, CancellationToken cancellationToken)
    {
        var result = SyncResult.Pinned(database, state.Version, []);
        return await _pins.FindDoneAsync(state.Version, cancellationToken) is not { } done
            ? result
            : result with
            {
                Receipt = result.Receipt with
                {
                    Outcome = ReloadOutcome.Synced,
                    PreviousVersion = done.Replaced.Version,
                    RoutesAdded = done.Added,
                    RoutesChanged = done.Changed,
                    RoutesRemoved = done.Removed,
                    Replaced = done.Replaced,
                },
            };
    }

    private SyncResult ResultOf(
        VersionState before, VersionState now, List<RouteChange> changes, HashSet<int> left, DateTimeOffset publishedAt)
    {
        var counts = RouteCounts.Of(changes);
        var isNew = now.Version > before.Version;
        var receipt = SyncResult.NewReceipt(database, isNew ? ReloadOutcome.Synced : ReloadOutcome.Pinned) with
        {
            Version = now.Version,
            PreviousVersion = before.Version,
            EndpointsDeferred = left.Count,
            RoutesAdded = counts.Added,
            RoutesChanged = counts.Changed,
            RoutesRemoved = counts.Removed,
            Replaced = isNew ? new ReplacedVersion(before.Version, publishedAt) : null,
        };
        return new SyncResult(receipt) { Delta = SyncResult.DeltaOf(before, now, changes) };
    }
}
