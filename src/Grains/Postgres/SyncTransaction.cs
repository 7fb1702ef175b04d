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

    private readonly RouteWriter _routes = new(database, connection);
    private readonly VersionWriter _versions = new(database, connection);
    private readonly int[] _due = [.. look.Plan.EndpointIds];
    private readonly HashSet<int> _touched = [.. look.Plan.EndpointIds, .. look.Due.EndpointIds];

    /// <summary>Does what is due and leaves the commit to the caller. What became due after the look is for the next sync.</summary>
    /// <param name="callers">How many callers share the sync.</param>
    /// <param name="cancellationToken">Ends the sync; nothing is written then.</param>
    public async Task<SyncResult> RunAsync(int callers, CancellationToken cancellationToken)
    {
        var state = await _versions.LockStateAsync(cancellationToken);
        var quarantine = await ReadQuarantineAsync(cancellationToken);
        var (done, rejected) = await BringInLineAsync(quarantine, cancellationToken);
        var changes = await _versions.FindChangesAsync(_touched, look.Due.Keys, cancellationToken);
        var left = await FindLeftAsync(quarantine, cancellationToken);
        await RecordQuarantineAsync(rejected, cancellationToken);
        var result = await AdvanceAsync(state, done, changes, left.Count, callers, cancellationToken);
        await JudgeAsync(done, changes, result, cancellationToken);
        await SettleAsync(left, changes.Count > 0, cancellationToken);
        return result with { Rejected = rejected };
    }

    // Read again, because another sync may have changed it since the look. What this one changes may be what keeps those endpoints out.
    private async Task<List<RejectedEndpoint>> ReadQuarantineAsync(CancellationToken cancellationToken)
    {
        var quarantine = await connection.ListAsync(Quarantine.ReadSql, Quarantine.Read, cancellationToken, database.SchemaName);
        _touched.UnionWith(quarantine.Select(endpoint => endpoint.Id).Except(look.Due.Left));
        return quarantine;
    }

    private async Task<(SyncPlan Done, IReadOnlyList<RejectedEndpoint> Rejected)> BringInLineAsync(
        List<RejectedEndpoint> quarantine, CancellationToken cancellationToken)
    {
        var rejectedSince = quarantine.ExceptBy(look.Rejected.Select(endpoint => endpoint.Id), endpoint => endpoint.Id).Select(endpoint => endpoint.Id);
        var locked = await _routes.LockEndpointsAsync([.. _due, .. rejectedSince.Except(look.Due.Left)], cancellationToken);
        var scan = await ScanAsync(_touched, cancellationToken);
        var open = scan.Endpoints.Select(endpoint => endpoint.Id).Where(id => !locked.Contains(id)).ToHashSet();
        var plan = scan.Plan(look.Due.Left);
        var done = await _routes.WriteAsync(plan.Without(open), scan, cancellationToken);
        foreach (var orphan in done.Orphans)
        {
            SyncLog.Orphan(logger, orphan.Name, orphan.Id);
        }

        var undone = plan.EndpointIds.Except(done.EndpointIds);
        return (done, scan.Rejected(plan, quarantine, look.Due.Left.Concat(undone).ToHashSet()));
    }

    // Looked for after the changes that make the version, so that nothing wrong can be part of it unnoticed. Left over is what was due and is open
    // elsewhere, and what another writer spoilt meanwhile, which a flag still calls right. An edit that came meanwhile cleared its flag, and its own
    // reload follows; it will free those as well that have to wait for it.
    private async Task<HashSet<int>> FindLeftAsync(List<RejectedEndpoint> quarantine, CancellationToken cancellationToken)
    {
        var (spoilt, edited) = await FindChangedSinceAsync(cancellationToken);
        var scan = await ScanAsync(_touched.Concat(spoilt), cancellationToken);
        var unflagged = scan.Endpoints.Where(endpoint => !endpoint.RegistrySync).Select(endpoint => endpoint.Id);
        var editedSince = unflagged.Except(quarantine.Select(endpoint => endpoint.Id)).Concat(edited).Except(_due);
        var staying = look.Due.Left.Concat(editedSince).ToHashSet();
        return [.. scan.Plan(staying).EndpointIds.Except(scan.HeldBack(staying).Except(_due))];
    }

    private async Task<(IEnumerable<int> Spoilt, IEnumerable<int> Edited)> FindChangedSinceAsync(CancellationToken cancellationToken)
    {
        if (!look.IsTracked)
        {
            return ((await FullCheck.RunAsync(database, connection, cancellationToken)).EndpointIds, []);
        }

        var noted = await connection.ListAsync(PendingChanges.ReadSql, PendingChanges.Read, cancellationToken, database.SchemaName);
        var since = DueChanges.Of([.. noted.ExceptBy(look.Due.NotedIds, change => change.Id)], [], look.Due.Left, ReloadScope.Routes);
        return (since.EndpointIds, since.Left);
    }

    private Task<EndpointScan> ScanAsync(IEnumerable<int> endpointIds, CancellationToken cancellationToken) =>
        EndpointScan.ReadAsync(database, connection, endpointIds, look.Due.Keys, cancellationToken);

    private async Task RecordQuarantineAsync(IReadOnlyList<RejectedEndpoint> rejected, CancellationToken cancellationToken)
    {
        foreach (var endpoint in await new Quarantine(database, connection).RecordAsync(rejected, cancellationToken))
        {
            SyncLog.Quarantined(logger, endpoint.Id, endpoint.Name, database.Name, endpoint.Reason);
        }
    }

    private async Task<SyncResult> AdvanceAsync(
        VersionState state, SyncPlan done, List<RouteChange> changes, int deferred, int callers, CancellationToken cancellationToken)
    {
        var synced = done.EndpointIds.Except(done.Rejected.Select(endpoint => endpoint.Id)).Count();
        var now = changes.Count == 0 ? state : await _versions.AdvanceAsync(state, changes, synced, callers, cancellationToken);
        var outcome = OutcomeOf(done.EndpointIds.Count() + changes.Count, deferred);
        if (outcome == ReloadOutcome.Synced)
        {
            SyncLog.Synced(logger, synced, database.Name, state.Version, now.Version);
        }

        return new SyncResult(outcome, now.Version, state.Version)
        {
            EndpointsSynced = synced,
            EndpointsDeferred = deferred,
            Routes = RouteCounts.Of(changes),
            Delta = changes.Count is > 0 and <= MostChangesInDelta
                ? new RouteDelta(state.Version, now.Version, now.ContentHash, [.. changes.Select(RouteProjection.Publish)])
                : null,
        };
    }

    // Before the notes are taken away: the log is made of them.
    private async Task JudgeAsync(SyncPlan done, List<RouteChange> changes, SyncResult result, CancellationToken cancellationToken)
    {
        var judged = JudgedWrite.Judge(look.Due.Noted, done, changes);
        RouteVersion? version = changes.Count > 0 ? result.Version : null;
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

    private async Task SettleAsync(HashSet<int> left, bool isVersion, CancellationToken cancellationToken)
    {
        var everything = look.Scope == ReloadScope.Everything;
        await new PendingChanges(database, connection).SettleAsync(look, left, isVersion, cancellationToken);
        var requests = new ReloadRequests(database, connection);
        await requests.SettleAsync(look.Requests, cancellationToken);
        if (left.Count == 0)
        {
            return;
        }

        SyncLog.Deferred(logger, left.Count, database.Name);
        if (everything)
        {
            await requests.AddAsync($"{left.Count} endpoints were open in another session", cancellationToken);
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
