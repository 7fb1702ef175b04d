using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// One attempt to bring a registry in sync, on one connection, in three stages. Each stage ends the attempt if it finds
/// nothing to do: the dirty check is one query, the preflight plans in one snapshot without the lock, and the
/// transaction writes under the lock.
/// </summary>
internal sealed class SyncSession(
    RegistryDatabase database, SyncLock syncLock, LostVersions lost, TimeProvider clock, ILogger<SyncSession> logger)
{
    /// <summary>Why a sync stays pending that left endpoints alone.</summary>
    public const string WritersAtWork = "writers of endpoints are in their next transaction";

    // What a part takes is known from the parts before it, and may be half as long again.
    private const double ShareOfDeadline = 0.75;

    private static readonly TimeSpan RecordPendingTimeout = TimeSpan.FromSeconds(1);

    private readonly PartSize _partSize = new(database.Limits.EndpointsPerTransaction, database.Limits.Deadline);

    /// <summary>Brings the registry in sync once. The caller retries conflicts and lost connections.</summary>
    /// <param name="request">What is to be made current, and for how many callers.</param>
    /// <param name="rollout">How its version is rolled out; null for all workers at once.</param>
    /// <param name="cancellationToken">Ends the attempt; if that comes during the commit, only the next attempt knows
    /// whether it committed.</param>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    /// <exception cref="SyncRefusedException">It would do what the request does not allow.</exception>
    /// <exception cref="NpgsqlException">Postgres refused a statement or could not be reached.</exception>
    public async Task<SyncResult> RunAsync(
        ReloadRequest request, RolloutOrder? rollout, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var begun = clock.GetTimestamp();
        var longest = TimeSpan.Zero;
        SyncResult? done = null;
        // What a look plans on may have changed before it has the lock. The next one reads it anew, until the deadline
        // cancels.
        while (true)
        {
            var lookBegun = clock.GetTimestamp();
            var look = await LookAsync(connection, request, rollout, begun, cancellationToken);
            done = look.Result is null ? done : done?.Then(look.Result) ?? look.Result;
            longest = Longer(longest, clock.GetElapsedTime(lookBegun));
            if (look.IsOutdated)
            {
                continue;
            }

            if (!look.HasMore || !done!.Receipt.InSync)
            {
                return done!;
            }

            if (IsLate(begun, longest))
            {
                return done.BeforeMore();
            }
        }
    }

    // Callers get a receipt in time, and the rest is left to a retry.
    private bool IsLate(long begun, TimeSpan longest) =>
        clock.GetElapsedTime(begun) + longest > database.Limits.Deadline * ShareOfDeadline;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private async Task<Look> LookAsync(
        NpgsqlConnection connection, ReloadRequest request, RolloutOrder? rollout, long begun,
        CancellationToken cancellationToken)
    {
        var check = await DirtyCheck.ReadAsync(database, connection, request.Scope, cancellationToken);
        var hasLost = await lost.RecordServedAsync(connection, check.State, cancellationToken);
        if (check.State.IsPinned && rollout is not null)
        {
            return new Look(SyncResult.Pinned(database, check.State.Version, check.Rejected));
        }

        if (check.State.IsPinned)
        {
            var pinned = await new PinnedSync(database, syncLock, connection, clock, logger).RunAsync(
                request, check.IsTracked, cancellationToken);
            return pinned is null ? Look.Outdated : new Look(pinned);
        }

        if (check.IsInSync && !hasLost)
        {
            var upToDate = SyncResult.UpToDate(database, check.State.Version, check.Rejected);
            return new Look(upToDate with { MayNeedBump = !check.State.IsBumped });
        }

        if (check.HasManyEdits)
        {
            await PendingChanges.MergeEditsAsync(database, connection, cancellationToken);
        }

        var preflight = await SyncPreflight.ReadAsync(
            database, connection, request.Scope, check.IsTracked, _partSize.Endpoints, cancellationToken);
        if (preflight.FirstLeft.Length > 0)
        {
            await PendingChanges.SeeAsync(preflight.FirstLeft, connection, cancellationToken);
            if (preflight.LeftAlone.Count > 0)
            {
                SyncLog.LeftAlone(logger, database.Name, SyncResult.WritersAtWork(preflight.LeftAlone).Detail);
            }
        }

        // What a caller allowed whose request is pending still holds.
        request = preflight.Requests.Allow(request);
        if (!preflight.IsDue)
        {
            // The recorded changes had no effect. Recording that needs no lock, but the bumps become due in the
            // transaction that deletes the records.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await new SyncBookkeeping(
                database, connection, preflight.IsTracked, preflight.Requests.Ids).RunAsync(
                preflight.Due, left: [], isWritten: false, changes: [], addVersion: null, cancellationToken);
            if (preflight.LeftAlone.Count > 0)
            {
                await new PendingSyncs(database, connection).AddAsync(WritersAtWork, request, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return preflight.LeftAlone.Count > 0
                ? new Look(SyncResult.LeftAlone(database, preflight))
                : new Look(
                    SyncResult.UpToDate(database, preflight.State.Version, preflight.Rejected), preflight.Due.HasMore);
        }

        return rollout is null
            ? await RunPartsAsync(connection, preflight, request, begun, cancellationToken)
            : await RollOutAsync(connection, preflight, request, rollout, cancellationToken);
    }

    // In one transaction, however large: a rollout has one version. What else is recorded waits for its end.
    private async Task<Look> RollOutAsync(
        NpgsqlConnection connection, SyncPreflight preflight, ReloadRequest request, RolloutOrder rollout,
        CancellationToken cancellationToken)
    {
        try
        {
            return new Look(await WriteAsync(connection, preflight, request, rollout, cancellationToken));
        }
        catch (Exception outdated) when (outdated is WriterBackException or PinnedSinceException)
        {
            return Look.Outdated;
        }
    }

    private async Task<Look> RunPartsAsync(
        NpgsqlConnection connection, SyncPreflight preflight, ReloadRequest request, long begun,
        CancellationToken cancellationToken)
    {
        if (preflight.Parts.Count > 1 && !request.AllowMassRemoval && !database.AllowMassRemoval)
        {
            // Each part removes less than its share.
            var (all, withdrawn) = await new VersionWriter(database, connection).CountRoutesAsync(
                preflight.Withdrawn, cancellationToken);
            if (withdrawn > MassRemoval.MostRoutes)
            {
                MassRemoval.RefuseIfMost(withdrawn, all);
            }
        }

        SyncResult? done = null;
        var longest = TimeSpan.Zero;
        for (var part = 0; part < preflight.Parts.Count; part++)
        {
            SyncResult result;
            var partBegun = clock.GetTimestamp();
            try
            {
                result = await WriteAsync(connection, preflight.Part(part), request, rollout: null, cancellationToken);
            }
            catch (Exception outdated) when (outdated is WriterBackException or PinnedSinceException)
            {
                // The next look leaves that writer's endpoints alone, or all of them, and reads what the other parts
                // left.
                return Look.Outdated with { Result = done };
            }
            catch (Exception failure) when (
                failure is OperationCanceledException || SqlStates.Describe(failure) is not null)
            {
                if (SqlStates.IsTooLong(failure) && _partSize.Shrink(preflight.Parts[part].Count))
                {
                    SyncLog.PartTooLarge(logger, preflight.Parts[part].Count, database.Name, _partSize.Endpoints);
                }

                if (done is null)
                {
                    throw;
                }

                // What the parts before it committed stays, and is published. The next sync meets the failure again.
                SyncLog.PartFailed(logger, database.Name, failure.Message);
                return new Look(await LeaveAsync(request, done, LeftFrom(part)));
            }

            if (result.Receipt.Outcome == ReloadOutcome.Skipped && done is null)
            {
                return new Look(result);
            }

            done = done?.Then(result) ?? result;
            var lasted = clock.GetElapsedTime(partBegun);
            longest = Longer(longest, lasted);
            _partSize.GrowAfter(lasted);
            var left = LeftFrom(part + 1);
            if (left > 0 && (result.Receipt.LockWasBusy || IsLate(begun, longest)))
            {
                return new Look(await LeaveAsync(request, done, left));
            }
        }

        return new Look(done, preflight.Due.HasMore);

        int LeftFrom(int first) => preflight.Parts.Skip(first).Sum(later => later.Count);
    }

    // In a session of its own: a part that was cut off may have lost its session.
    private async Task<SyncResult> LeaveAsync(ReloadRequest request, SyncResult done, int left)
    {
        SyncLog.Unfinished(logger, done.Receipt.EndpointsSynced, database.Name, left);
        if (request.Scope == ReloadScope.Everything)
        {
            await TryRecordPendingAsync($"{left} endpoints are left of a large sync", request);
        }

        return done.Leaving(left);
    }

    /// <summary>
    /// Records a pending sync. If Postgres refuses that too, only the retries in the coordinator's memory are left.
    /// </summary>
    public async Task TryRecordPendingAsync(string reason, ReloadRequest request)
    {
        using var deadline = new CancellationTokenSource(RecordPendingTimeout, clock);
        try
        {
            // The token alone is not enough: a frozen server does not react to a cancel request.
            await RecordPendingAsync(reason, request, deadline.Token).WaitAsync(
                RecordPendingTimeout, clock, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Whatever it is, the receipt that follows says why the sync itself failed.
            SyncLog.PendingNotRecorded(logger, database.Name, failure.Message);
        }
    }

    private async Task<SyncResult> WriteAsync(
        NpgsqlConnection connection, SyncPreflight preflight, ReloadRequest request, RolloutOrder? rollout,
        CancellationToken cancellationToken)
    {
        try
        {
            return await new SyncTransaction(
                database, syncLock, connection, preflight, clock, logger, rollout: rollout).RunAsync(
                request, cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.IsRowRefused(refused))
        {
            // Rolled back as a whole. Once more, with each refusal undone alone.
            return await new SyncTransaction(
                database, syncLock, connection, preflight, clock, logger, isolatesRefusals: true, rollout).RunAsync(
                request, cancellationToken);
        }
    }

    private async Task RecordPendingAsync(
        string reason, ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await new PendingSyncs(database, connection).AddAsync(reason, request, cancellationToken);
    }

    // Without a result only if it is outdated.
    private readonly record struct Look(SyncResult? Result, bool HasMore = false, bool IsOutdated = false)
    {
        public static Look Outdated => new(null, IsOutdated: true);
    }
}
