using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Sync;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The one transaction that makes routes match endpoints. It holds the lock from its first statement to its commit.</summary>
internal sealed class SyncTransaction(RegistryDatabase database, NpgsqlConnection connection, ILogger logger)
{
    // Beyond it each silo reads the changes itself: one message with all of them would hold up the others.
    private const int MostChangesInDelta = 1000;

    private readonly RouteWriter _routes = new(database, connection);
    private readonly VersionWriter _versions = new(database, connection);
    private readonly Quarantine _quarantine = new(database, connection);
    private readonly ReloadRequests _requests = new(database, connection);

    /// <summary>Does what is due and leaves the commit to the caller.</summary>
    /// <param name="look">What was found due after every caller's request; what became due later is for the next sync.</param>
    /// <param name="callers">How many callers share the sync.</param>
    /// <param name="cancellationToken">Ends the sync; nothing is written then.</param>
    public async Task<SyncResult> RunAsync(RegistryLook look, int callers, CancellationToken cancellationToken)
    {
        var state = await _versions.LockStateAsync(cancellationToken);
        var due = look.Plan.EndpointIds.ToArray();
        var done = await BringInLineAsync(due, cancellationToken);
        var changes = await _versions.FindChangesAsync(cancellationToken);
        var deferred = await CountLeftAsync(due, cancellationToken);
        await SettleAsync(look.Requests, done, deferred, cancellationToken);
        return await AdvanceAsync(state, done, changes, deferred, callers, cancellationToken);
    }

    private async Task<SyncPlan> BringInLineAsync(int[] due, CancellationToken cancellationToken)
    {
        var locked = await _routes.LockEndpointsAsync(due, cancellationToken);
        var scan = await ScanAsync(cancellationToken);
        var open = scan.Endpoints.Select(endpoint => endpoint.Id).Where(id => !locked.Contains(id)).ToHashSet();
        var done = await _routes.WriteAsync(scan.Plan().Without(open), scan, cancellationToken);
        foreach (var orphan in done.Orphans)
        {
            SyncLog.Orphan(logger, orphan.Name, orphan.Id);
        }

        return done;
    }

    // Looked for after the changes that make the version, so that nothing wrong can be part of it unnoticed. Left over is what was due and is open
    // elsewhere, and what another writer spoilt meanwhile, which a flag still calls right. An edit that came meanwhile cleared its flag, and its own
    // reload follows.
    private async Task<int> CountLeftAsync(int[] due, CancellationToken cancellationToken)
    {
        var scan = await ScanAsync(cancellationToken);
        var editedSince = scan.Endpoints.Where(endpoint => !endpoint.RegistrySync).Select(endpoint => endpoint.Id).Except(due).ToHashSet();
        return scan.Plan().Without(editedSince).EndpointIds.Count();
    }

    private async Task<EndpointScan> ScanAsync(CancellationToken cancellationToken)
    {
        await using var command = connection.Command(database.Sql.Of(EndpointScan.Statement));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await EndpointScan.ReadAsync(reader, cancellationToken);
    }

    private async Task SettleAsync(long[] requests, SyncPlan plan, int deferred, CancellationToken cancellationToken)
    {
        foreach (var endpoint in await _quarantine.RecordAsync(plan.Rejected, cancellationToken))
        {
            SyncLog.Quarantined(logger, endpoint.Id, endpoint.Name, database.Name, endpoint.Reason);
        }

        await _requests.SettleAsync(requests, cancellationToken);
        if (deferred == 0)
        {
            return;
        }

        SyncLog.Deferred(logger, deferred, database.Name);
        await _requests.AddAsync($"{deferred} endpoints were open in another session", cancellationToken);
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
            Rejected = done.Rejected,
            Delta = changes.Count is > 0 and <= MostChangesInDelta
                ? new RouteDelta(state.Version, now.Version, now.ContentHash, [.. changes.Select(RouteProjection.Publish)])
                : null,
        };
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
