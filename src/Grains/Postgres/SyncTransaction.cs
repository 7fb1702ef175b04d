using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Sync;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The one transaction that makes routes match endpoints. It holds the lock from its first statement to its commit, and reads nothing but what the
/// look found touched, so that it costs what changed and not what there is.
/// </summary>
internal sealed class SyncTransaction(RegistryDatabase database, NpgsqlConnection connection, RegistryLook look, ILogger logger)
{
    // Beyond it each silo reads the changes itself: one message with all of them would hold up the others.
    private const int MostChangesInDelta = 1000;

    private readonly VersionWriter _versions = new(database, connection);
    private readonly RouteWriter _routes = new(database, connection);
    private readonly int[] _due = [.. look.Plan.EndpointIds];
    private readonly HashSet<int> _touched = [.. look.Plan.EndpointIds, .. look.Due.EndpointIds];

    /// <summary>Does what is due and leaves the commit to the caller. What became due after the look is for the next sync.</summary>
    /// <param name="callers">How many callers share the sync.</param>
    /// <param name="cancellationToken">Ends the sync; nothing is written then.</param>
    public async Task<SyncResult> RunAsync(int callers, CancellationToken cancellationToken)
    {
        var (state, quarantine) = await LockAsync(cancellationToken);
        var endpoints = new EndpointReader(database, connection, state.Version, look.Endpoints);
        var (done, settled, rejected) = await BringInLineAsync(endpoints, quarantine, cancellationToken);
        var (changes, left) = await LookBackAsync(endpoints, settled, quarantine, cancellationToken);
        await RecordQuarantineAsync(quarantine, rejected, cancellationToken);
        var next = VersionWriter.Next(state, changes);
        await JudgeAsync(done, changes, next.Version, cancellationToken);
        var synced = done.EndpointIds.Except(done.Rejected.Select(endpoint => endpoint.Id)).Count();
        await SettleAsync(done, left, batch => _versions.AddVersion(batch, next, changes, synced, callers), changes.Count > 0, cancellationToken);
        return Result(state, next, done, changes, synced, left.Count) with { Rejected = rejected };
    }

    // The row's lock is a second fence: two writers that were configured with different lock names still take turns here. The quarantine is read again
    // behind it, because another sync may have changed it since the look. What this one changes may be what keeps those endpoints out.
    private async Task<(VersionState State, List<RejectedEndpoint> Quarantine)> LockAsync(CancellationToken cancellationToken)
    {
        var (state, quarantine) = await LockStateAsync(cancellationToken);
        var rejectedSince = quarantine.Select(endpoint => endpoint.Id).Except(look.Rejected.Select(endpoint => endpoint.Id)).Except(look.Due.Left);
        await _routes.LockAsync([.. rejectedSince.Except(_due)], look.Due.Keys, cancellationToken);
        _touched.UnionWith(quarantine.Select(endpoint => endpoint.Id).Except(look.Due.Left));
        return (state, quarantine);
    }

    private async Task<(VersionState State, List<RejectedEndpoint> Quarantine)> LockStateAsync(CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(VersionWriter.StateSql + " for no key update", database.SchemaName)
            .Then(Quarantine.ReadSql, database.SchemaName);
        _routes.AddLocks(batch, _due, look.Due.Keys);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = VersionWriter.StateIn(await reader.ListAsync(VersionWriter.ReadState, cancellationToken), database);
        await reader.NextResultAsync(cancellationToken);
        var quarantine = await reader.ListAsync(Quarantine.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await _routes.ReadLocksAsync(reader, cancellationToken);
        return (state, quarantine);
    }

    private async Task<(SyncPlan Done, EndpointScan Settled, IReadOnlyList<RejectedEndpoint> Rejected)> BringInLineAsync(
        EndpointReader endpoints, List<RejectedEndpoint> quarantine, CancellationToken cancellationToken)
    {
        var scan = await endpoints.ReadAsync(_touched, look.Due.Keys, EndpointScan.Empty, cancellationToken);
        var plan = scan.Plan(look.Due.Left);
        var done = await _routes.WriteAsync(plan, scan, cancellationToken);
        foreach (var orphan in done.Orphans)
        {
            SyncLog.Orphan(logger, orphan.Name, orphan.Id);
        }

        var undone = plan.EndpointIds.Except(done.EndpointIds);
        return (done, scan.Settled(done, _routes.Locked), scan.Rejected(plan, quarantine, look.Due.Left.Concat(undone).ToHashSet()));
    }

    // What is left is looked for after the changes that make the version, so that nothing wrong can be part of it unnoticed.
    private async Task<(List<RouteChange> Changes, HashSet<int> Left)> LookBackAsync(
        EndpointReader endpoints, EndpointScan settled, List<RejectedEndpoint> quarantine, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        _versions.AddChanges(batch, _touched, look.Due.Keys);
        batch.Then(PendingChanges.ReadSql, database.SchemaName);
        List<RouteChange> changes;
        List<PendingChange> noted;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            changes = await reader.ListAsync(VersionWriter.ReadChange, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            noted = await reader.ListAsync(PendingChanges.Read, cancellationToken);
        }

        var (spoilt, edited) = await FindChangedSinceAsync(noted, cancellationToken);
        var known = settled.Without(spoilt);
        var others = _touched.Concat(spoilt).Except(known.Ids).ToList();
        var keys = look.Due.Keys.Where(key => RouteRow.EndpointIdOf(key) is not { } id || !known.Ids.Contains(id)).ToList();
        if (others.Count + keys.Count == 0)
        {
            return (changes, []);
        }

        var scan = await endpoints.ReadAsync(others, keys, known, cancellationToken);
        return (changes, LeftIn(scan, quarantine, edited));
    }

    // What was due and is open elsewhere, and what another writer spoilt meanwhile, which a flag still calls right. An edit that came meanwhile cleared
    // its flag, and its own reload follows; it will free those as well that have to wait for it.
    private HashSet<int> LeftIn(EndpointScan scan, List<RejectedEndpoint> quarantine, IReadOnlySet<int> edited)
    {
        var unflagged = scan.Endpoints.Where(endpoint => !endpoint.RegistrySync).Select(endpoint => endpoint.Id);
        var editedSince = unflagged.Except(quarantine.Select(endpoint => endpoint.Id)).Concat(edited).Except(_due);
        var staying = look.Due.Left.Concat(editedSince).ToHashSet();
        return [.. scan.Plan(staying).EndpointIds.Except(scan.HeldBack(staying).Except(_due))];
    }

    private async Task<(IReadOnlySet<int> Spoilt, IReadOnlySet<int> Edited)> FindChangedSinceAsync(
        List<PendingChange> noted, CancellationToken cancellationToken)
    {
        if (!look.IsTracked)
        {
            return ((await FullCheck.RunAsync(database, connection, cancellationToken)).EndpointIds, new HashSet<int>());
        }

        var since = DueChanges.Of([.. noted.ExceptBy(look.Due.NotedIds, change => change.Id)], [], look.Due.Left, ReloadScope.Routes);
        return (since.EndpointIds, since.Left);
    }

    private async Task RecordQuarantineAsync(
        List<RejectedEndpoint> known, IReadOnlyList<RejectedEndpoint> rejected, CancellationToken cancellationToken)
    {
        if (!Quarantine.Differs(known, rejected))
        {
            return;
        }

        foreach (var endpoint in await new Quarantine(database, connection).RecordAsync(rejected, cancellationToken))
        {
            SyncLog.Quarantined(logger, endpoint.Id, endpoint.Name, database.Name, endpoint.Reason);
        }
    }

    private SyncResult Result(VersionState before, VersionState now, SyncPlan done, List<RouteChange> changes, int synced, int deferred)
    {
        var outcome = OutcomeOf(done.EndpointIds.Count() + changes.Count, deferred);
        if (outcome == ReloadOutcome.Synced)
        {
            SyncLog.Synced(logger, synced, database.Name, before.Version, now.Version);
        }

        return new SyncResult(outcome, now.Version, before.Version)
        {
            EndpointsSynced = synced,
            EndpointsDeferred = deferred,
            Routes = RouteCounts.Of(changes),
            Delta = changes.Count is > 0 and <= MostChangesInDelta
                ? new RouteDelta(before.Version, now.Version, now.ContentHash, [.. changes.Select(RouteProjection.Publish)])
                : null,
        };
    }

    // Before the notes are taken away: the log is made of them.
    private async Task JudgeAsync(SyncPlan done, List<RouteChange> changes, RouteVersion next, CancellationToken cancellationToken)
    {
        var judged = JudgedWrite.Judge(look.Due.Noted, done, changes);
        RouteVersion? version = changes.Count > 0 ? next : null;
        await new ForeignWriteLog(database, connection).AddAsync(judged, version, cancellationToken);
        foreach (var write in judged)
        {
            SyncLog.ForeignWrite(logger, write.Change.Operation, database.Name, write.Change.Writer, write.Change.Locked is true ? "with" : "without", write.VerdictText);
        }

        foreach (var fight in judged.Where(write => write.Repaired.Count > 0).GroupBy(write => write.Change.Writer))
        {
            var repaired = fight.SelectMany(write => write.Repaired).ToHashSet();
            foreach (var dispute in await new Disputes(database, connection).RecordAsync(repaired, fight.Key, cancellationToken))
            {
                SyncLog.Disputed(logger, dispute.EndpointId, database.Name, dispute.Repairs, dispute.Since, dispute.Writer, dispute.Until);
            }
        }
    }

    private async Task SettleAsync(
        SyncPlan done, HashSet<int> left, Action<NpgsqlBatch> addVersion, bool isVersion, CancellationToken cancellationToken)
    {
        // Rows that only go back to what the newest version says make no version either.
        var isWritten = done.Writes.Count + done.Removals.Count > 0;
        await new Settlement(database, connection, look).RunAsync(left, isWritten, isVersion ? addVersion : null, cancellationToken);
        if (left.Count == 0)
        {
            return;
        }

        SyncLog.Deferred(logger, left.Count, database.Name);
        if (look.Scope == ReloadScope.Everything)
        {
            await new ReloadRequests(database, connection).AddAsync($"{left.Count} endpoints were open in another session", cancellationToken);
        }
    }

    private static ReloadOutcome OutcomeOf(int done, int deferred)
    {
        if (done > 0)
        {
            return ReloadOutcome.Synced;
        }
        return deferred > 0 ? ReloadOutcome.Skipped : ReloadOutcome.UpToDate;
    }
}
