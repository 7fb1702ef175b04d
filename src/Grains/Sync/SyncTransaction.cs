using System.Data;
using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The one transaction that makes routes match endpoints. It holds the lock from its first statement to its commit. It
/// reads only what the preflight found touched, so its cost follows the change and not the size of the registry.
/// </summary>
internal sealed class SyncTransaction(
    RegistryDatabase database, SyncLock syncLock, NpgsqlConnection connection, SyncPreflight preflight,
    TimeProvider clock, ILogger logger, bool isolatesRefusals = false, RolloutOrder? rollout = null)
{
    private readonly VersionWriter _versions = new(database, connection);
    private readonly RouteWriter _routes = new(database, connection, isolatesRefusals);
    private readonly int[] _due = [.. preflight.Plan.EndpointIds];
    private readonly HashSet<int> _touched = [.. preflight.Plan.EndpointIds, .. preflight.Due.EndpointIds];
    private List<ShadowFunction> _shadows = [];
    private DueChanges _work = preflight.Scope == ReloadScope.Everything ? preflight.Due : preflight.Found;

    /// <summary>Does what is due. What becomes due after the preflight is for the next sync.</summary>
    /// <param name="request">How many callers share the sync, and what they allow.</param>
    /// <param name="cancellationToken">Ends the sync; nothing is written then, unless the commit was under way.</param>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    /// <exception cref="PinnedSinceException">The registry was pinned after the preflight.</exception>
    /// <exception cref="SyncRefusedException">The registry's first sync would change what Odoo serves, or most routes
    /// would be removed, and the request does not allow it.</exception>
    public async Task<SyncResult> RunAsync(ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken);
        var begun = clock.GetTimestamp();
        if (!await syncLock.TryTakeAsync(
            connection, _due.Length + preflight.Due.Keys.Count, logger, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return await SkipAsync(request, cancellationToken);
        }

        var (state, quarantine) = await LockRowsAsync(cancellationToken);
        if (state.IsPinned)
        {
            throw new PinnedSinceException();
        }

        if (rollout is not null && state.Version == RouteVersion.None)
        {
            throw new SyncRefusedException(NothingToHold);
        }

        await LeaveWhatChangedSinceAsync(cancellationToken);
        var endpoints = new EndpointReader(
            database, connection, state.Version, preflight.NeedsReadonly, preflight.Endpoints);
        var (done, undone, scan, rejected) = await BringInSyncAsync(endpoints, quarantine, cancellationToken);
        var unrestored = undone.Intersect(_work.Restored).ToHashSet();
        _work = _work.Without(unrestored);
        if (state.Version == RouteVersion.None && !request.Attach)
        {
            FirstSync.RefuseIfServedChanges(done, scan);
        }

        var locked = scan.AfterPlan(done, _routes.Locked);
        var (changes, left) = await VerifyBeforeCommitAsync(endpoints, locked, quarantine, cancellationToken);
        left.UnionWith(unrestored.Except(_routes.Refused.Keys));
        if (!request.AllowMassRemoval && !database.AllowMassRemoval)
        {
            await RefuseMassRemovalAsync(changes, scan.Withdrawn(), cancellationToken);
        }

        await RecordQuarantineAsync(quarantine, rejected, cancellationToken);
        var next = VersionWriter.Next(state, changes);
        await new ForeignWrites(database, connection, logger).ClassifyAsync(
            _work.Recorded, done, changes, next.Version, cancellationToken);
        var synced = done.EndpointIds.Except(done.Rejected.Select(endpoint => endpoint.Id)).Count();
        await KeepBooksAsync(
            done, left, changes, request,
            next.Version > state.Version
                ? batch => AddVersion(batch, state, next, changes, synced, request.Callers)
                : null,
            cancellationToken);
        var result = Result(state, next, done, changes, synced, left.Count, rejected);
        await transaction.CommitAsync(cancellationToken);
        return result.HeldLockFor(clock.GetElapsedTime(begun));
    }

    // A version that only passes by a lost one has nothing to try out.
    private bool IsRolledOut(List<RouteChange> changes) => rollout is not null && changes.Count > 0;

    private void AddVersion(
        NpgsqlBatch batch, VersionState before, VersionState next, List<RouteChange> changes, int synced, int callers)
    {
        _versions.AddVersion(batch, next, changes, synced, callers);
        if (IsRolledOut(changes))
        {
            RolloutStore.AddBegin(batch, database, connection, rollout!, before, next.Version);
        }
    }

    private async Task<SyncResult> SkipAsync(ReloadRequest request, CancellationToken cancellationToken)
    {
        var holder = await syncLock.FindHolderAsync(connection, cancellationToken);
        // The retry would give the version to all rings at once.
        if (preflight.Scope == ReloadScope.Everything && rollout is null)
        {
            await new PendingSyncs(database, connection).AddAsync("the lock was busy", request, cancellationToken);
        }

        SyncLog.Skipped(logger, database.Name, holder?.ToString() ?? "a session that has ended since");
        return SyncResult.LockBusy(database, preflight.State.Version, preflight.Rejected, holder);
    }

    // The row's lock is a second fence: two writers that were configured with different lock names still take turns
    // here. The quarantine is read again behind it, because another sync may have changed it since the preflight. A
    // change of this sync may free the endpoints in it.
    private async Task<(VersionState State, List<RejectedEndpoint> Quarantine)> LockRowsAsync(
        CancellationToken cancellationToken)
    {
        var (state, quarantine) = await LockStateAsync(cancellationToken);
        var rejectedSince = quarantine.Select(endpoint => endpoint.Id)
            .Except(preflight.Rejected.Select(endpoint => endpoint.Id))
            .Except(preflight.Due.Left);
        await _routes.LockAsync([.. rejectedSince.Except(_due)], preflight.Due.Keys, cancellationToken);
        _touched.UnionWith(quarantine.Select(endpoint => endpoint.Id).Except(preflight.Due.Left));
        return (state, quarantine);
    }

    private async Task<(VersionState State, List<RejectedEndpoint> Quarantine)> LockStateAsync(
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        _versions.AddLock(batch);
        Quarantine.AddRead(batch, database);
        _routes.AddLocks(batch, _due, preflight.Due.Keys);
        SchemaGuard.AddRead(batch, database);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = VersionState.Single(await reader.ListAsync(VersionState.Read, cancellationToken), database);
        await reader.NextResultAsync(cancellationToken);
        var quarantine = await reader.ListAsync(Quarantine.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await _routes.ReadLocksAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        _shadows = await reader.ListAsync(SchemaGuard.Read, cancellationToken);
        return (state, quarantine);
    }

    // Nobody asked to publish an edit that was committed after the preflight. Whoever edits a locked endpoint from now
    // on waits for this sync's commit.
    private async Task LeaveWhatChangedSinceAsync(CancellationToken cancellationToken)
    {
        if (preflight.Scope == ReloadScope.Everything)
        {
            return;
        }

        var recorded = await PendingChanges.ReadAsync(database, connection, cancellationToken);
        _work = _work.Since(recorded, _touched);
    }

    private async Task<BroughtInSync> BringInSyncAsync(
        EndpointReader endpoints, List<RejectedEndpoint> quarantine, CancellationToken cancellationToken)
    {
        var scan = await endpoints.ReadAsync(
            _touched, preflight.Due.Keys, EndpointScan.Empty, _work.Left, cancellationToken);
        // A reload of everything leaves only what its preflight left, and is held as short as possible.
        if (preflight.Scope == ReloadScope.Routes)
        {
            _work = _work.Given(scan, quarantine.Select(endpoint => endpoint.Id));
        }

        var plan = scan.Plan(_work.Left, _work.Restored);
        if (!plan.IsEmpty)
        {
            SchemaGuard.Check(database, _shadows);
        }

        var done = await _routes.WriteAsync(plan, scan, _work.Left, cancellationToken);
        // Whoever had the path in the newest version and went after the preflight must not keep it there.
        _touched.UnionWith(endpoints.OwnersOf(scan, done.Writes));
        FirstFew.Log(
            done.Orphans, orphan => SyncLog.Orphan(logger, orphan.Name, orphan.Id),
            more => SyncLog.More(logger, more, "endpoints without their routes", database.Name));

        var undone = plan.EndpointIds.Except(done.EndpointIds).ToHashSet();
        var known = quarantine.Where(endpoint => !_routes.Refused.ContainsKey(endpoint.Id));
        return new BroughtInSync(
            done, undone, scan,
            [
                .. scan.Rejected(plan, known, _work.Left.Concat(undone).ToHashSet()),
                .. _routes.Refused.Select(refused => scan.Reject(refused.Key, refused.Value)),
            ]);
    }

    // The endpoints that are left are read after the changes that make the version, so that nothing wrong can be part
    // of it unnoticed.
    private async Task<(List<RouteChange> Changes, HashSet<int> Left)> VerifyBeforeCommitAsync(
        EndpointReader endpoints, EndpointScan locked, List<RejectedEndpoint> quarantine,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        _versions.AddChanges(batch, _touched, preflight.Due.Keys, _work);
        PendingChanges.AddRead(
            batch, database, PendingChanges.LooksUnderLock, preflight.Scope, preflight.Known);
        List<RouteChange> changes;
        List<PendingChange> recorded;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            changes = await reader.ListAsync(VersionWriter.ReadChange, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            recorded = await reader.ListAsync(PendingChanges.Read, cancellationToken);
        }

        var (spoilt, edited) = await FindChangedSinceAsync(recorded, cancellationToken);
        var known = locked.Without(spoilt);
        var others = _touched.Concat(spoilt).Except(known.Ids).ToList();
        var keys = preflight.Due.Keys.Where(
            key => RouteRow.EndpointIdOf(key) is not { } id || !known.Ids.Contains(id)).ToList();
        if (others.Count + keys.Count == 0)
        {
            return (changes, []);
        }

        var scan = await endpoints.ReadAsync(others, keys, known, _work.Left, cancellationToken);
        return (changes, LeftIn(scan, quarantine, edited));
    }

    // Left are due endpoints that another session has open, and endpoints that another writer spoilt meanwhile although
    // their flag still calls them right. An edit made meanwhile cleared its flag, and its own reload follows. That
    // reload also frees the endpoints that have to wait for the edit. What Postgres refused is not tried again before
    // somebody touches it or a full check finds it.
    private HashSet<int> LeftIn(EndpointScan scan, List<RejectedEndpoint> quarantine, IReadOnlySet<int> edited)
    {
        var unflagged = scan.Endpoints.Where(endpoint => !endpoint.RegistrySync).Select(endpoint => endpoint.Id);
        var editedSince = unflagged.Except(quarantine.Select(endpoint => endpoint.Id)).Concat(edited).Except(_due);
        var staying = _work.Left.Concat(editedSince).ToHashSet();
        return
        [
            .. scan.Plan(staying).EndpointIds.Except(scan.HeldBack(staying).Except(_due)).Except(_routes.Refused.Keys),
        ];
    }

    private async Task<(IReadOnlySet<int> Spoilt, IReadOnlySet<int> Edited)> FindChangedSinceAsync(
        List<PendingChange> recorded, CancellationToken cancellationToken)
    {
        if (!preflight.IsTracked)
        {
            return (
                (await FullCheck.RunAsync(database, connection, cancellationToken)).EndpointIds, new HashSet<int>());
        }

        var since = DueChanges.Of(
            [.. recorded.ExceptBy(preflight.Known, change => change.Id)], [], _work.Left,
            ReloadScope.Routes);
        return (since.EndpointIds, since.Left);
    }

    // What counts is what the version would lose, whoever removed the rows.
    private async Task RefuseMassRemovalAsync(
        List<RouteChange> changes, HashSet<int> withdrawn, CancellationToken cancellationToken)
    {
        var removed = changes.Count(
            change => change.After is null && RouteRow.EndpointIdOf(change.Key) is { } id && withdrawn.Contains(id));
        if (removed > MassRemoval.MostRoutes)
        {
            MassRemoval.RefuseIfMost(
                removed, (await _versions.CountRoutesAsync(withdrawn, cancellationToken)).All);
        }
    }

    private async Task RecordQuarantineAsync(
        List<RejectedEndpoint> known, IReadOnlyList<RejectedEndpoint> rejected, CancellationToken cancellationToken)
    {
        if (!Quarantine.Differs(known, rejected))
        {
            return;
        }

        var added = await new Quarantine(database, connection).RecordAsync(rejected, cancellationToken);
        FirstFew.Log(
            added,
            endpoint => SyncLog.Quarantined(logger, endpoint.Id, endpoint.Name, database.Name, endpoint.Reason),
            more => SyncLog.More(logger, more, "quarantined endpoints", database.Name));
    }

    private SyncResult Result(
        VersionState before, VersionState now, SyncPlan done, List<RouteChange> changes, int synced, int deferred,
        IReadOnlyList<RejectedEndpoint> rejected)
    {
        if (before.IsBehind)
        {
            SyncLog.PassedLost(logger, database.Name, before.Lost, before.Version, now.Version);
        }

        var outcome = now.Version > before.Version
            ? ReloadOutcome.Synced
            : OutcomeOf(done.EndpointIds.Count(), deferred + preflight.EndpointsLeftAlone);
        if (outcome == ReloadOutcome.Synced)
        {
            SyncLog.Synced(logger, synced, database.Name, before.Version, now.Version);
        }

        var counts = RouteCounts.Of(changes);
        var receipt = SyncResult.NewReceipt(database, outcome) with
        {
            Version = now.Version,
            PreviousVersion = before.Version,
            EndpointsSynced = synced,
            EndpointsDeferred = deferred + preflight.EndpointsLeftAlone,
            RoutesAdded = counts.Added,
            RoutesChanged = counts.Changed,
            RoutesRemoved = counts.Removed,
            Problem = ProblemOf(outcome, deferred),
        };
        return new SyncResult(SyncResult.WithRejected(receipt, rejected))
        {
            // Silos read a rollout's version from the database, together with the rings that are given it.
            Delta = IsRolledOut(changes) ? null : SyncResult.DeltaOf(before, now, changes),
        };
    }

    private ReloadProblem? ProblemOf(ReloadOutcome outcome, int deferred)
    {
        if (preflight.LeftAlone.Count > 0)
        {
            return SyncResult.WritersAtWork(preflight.LeftAlone);
        }

        return outcome == ReloadOutcome.Skipped ? RowsOpenElsewhere(deferred) : null;
    }

    private static ReloadProblem NothingToHold => new(
        null, "The registry has no version yet that rings could keep. Nothing was written.",
        "Reload once without rings.");

    private static ReloadProblem RowsOpenElsewhere(int deferred) => new(
        null, "Other sessions have the rows of every due endpoint open. The registry stays due and is retried.",
        $"{deferred} endpoints are due.");

    private async Task KeepBooksAsync(
        SyncPlan done, HashSet<int> left, List<RouteChange> changes, ReloadRequest request,
        Action<NpgsqlBatch>? addVersion, CancellationToken cancellationToken)
    {
        // Rows that only return to the newest version's state make no new version either.
        var isWritten = done.Writes.Count + done.Removals.Count > 0;
        if (await new SyncBookkeeping(
                database, connection, preflight.IsTracked, preflight.Requests.Ids).RunAndLookAsync(
                _work, left, isWritten, changes, addVersion, cancellationToken))
        {
            throw new WriterBackException();
        }

        if (left.Count > 0)
        {
            SyncLog.Deferred(logger, left.Count, database.Name);
        }

        if (preflight.LeftAlone.Count > 0)
        {
            await new PendingSyncs(database, connection).AddAsync(
                SyncSession.WritersAtWork, request, cancellationToken);
        }
        else if (left.Count > 0 && preflight.Scope == ReloadScope.Everything)
        {
            await new PendingSyncs(database, connection).AddAsync(
                $"{left.Count} endpoints were open in another session", request, cancellationToken);
        }
    }

    /// <param name="Done">What was written.</param>
    /// <param name="Undone">The endpoints for which the plan had more.</param>
    /// <param name="Before">The endpoints as they were before.</param>
    /// <param name="Rejected">Every endpoint that cannot be routed.</param>
    private sealed record BroughtInSync(
        SyncPlan Done, HashSet<int> Undone, EndpointScan Before, IReadOnlyList<RejectedEndpoint> Rejected);

    private static ReloadOutcome OutcomeOf(int done, int deferred)
    {
        if (done > 0)
        {
            return ReloadOutcome.Synced;
        }
        return deferred > 0 ? ReloadOutcome.Skipped : ReloadOutcome.UpToDate;
    }
}
