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

    private static readonly TimeSpan RecordPendingTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Brings the registry in sync once. The caller retries conflicts and lost connections.</summary>
    /// <param name="request">What is to be made current, and for how many callers.</param>
    /// <param name="cancellationToken">Ends the attempt; if that comes during the commit, only the next attempt knows
    /// whether it committed.</param>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    /// <exception cref="SyncRefusedException">It would do what the request does not allow.</exception>
    /// <exception cref="NpgsqlException">Postgres refused a statement or could not be reached.</exception>
    public async Task<SyncResult> RunAsync(ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var begun = clock.GetTimestamp();
        var (result, hasMore) = await LookAsync(connection, request, cancellationToken);
        while (hasMore && result.Receipt.InSync && !IsLate(begun))
        {
            (var next, hasMore) = await LookAsync(connection, request, cancellationToken);
            result = result.Then(next);
        }

        return hasMore && result.Receipt.InSync ? result.BeforeMore() : result;
    }

    // Callers get a receipt in time, and the rest is left to a retry.
    private bool IsLate(long begun) => clock.GetElapsedTime(begun) > database.Limits.Deadline / 2;

    private async Task<(SyncResult Result, bool HasMore)> LookAsync(
        NpgsqlConnection connection, ReloadRequest request, CancellationToken cancellationToken)
    {
        var check = await DirtyCheck.ReadAsync(database, connection, request.Scope, cancellationToken);
        var hasLost = await lost.RecordServedAsync(connection, check.State, cancellationToken);
        if (check.IsInSync && !hasLost)
        {
            var upToDate = SyncResult.UpToDate(database, check.State.Version, check.Rejected);
            return (upToDate with { MayNeedBump = !check.State.IsBumped }, false);
        }

        if (check.HasManyEdits)
        {
            await PendingChanges.MergeEditsAsync(database, connection, cancellationToken);
        }

        var preflight = await SyncPreflight.ReadAsync(
            database, connection, request.Scope, check.IsTracked, cancellationToken);
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
            await new SyncBookkeeping(database, connection, preflight).RunAsync(
                preflight.Due, left: [], isWritten: false, changes: [], addVersion: null, cancellationToken);
            if (preflight.LeftAlone.Count > 0)
            {
                await new PendingSyncs(database, connection).AddAsync(WritersAtWork, request, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return preflight.LeftAlone.Count > 0
                ? (SyncResult.LeftAlone(database, preflight), false)
                : (SyncResult.UpToDate(database, preflight.State.Version, preflight.Rejected), preflight.Due.HasMore);
        }

        return (await RunPartsAsync(connection, preflight, request, cancellationToken), preflight.Due.HasMore);
    }

    private async Task<SyncResult> RunPartsAsync(
        NpgsqlConnection connection, SyncPreflight preflight, ReloadRequest request,
        CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
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
        for (var part = 0; part < preflight.Parts.Count; part++)
        {
            SyncResult result;
            try
            {
                result = await WriteAsync(connection, preflight.Part(part), request, cancellationToken);
            }
            catch (WriterBackException)
            {
                // The next look leaves that writer's endpoints alone, and reads what the other parts left.
                var anew = await RunAsync(request, cancellationToken);
                return done?.Then(anew) ?? anew;
            }

            if (result.Receipt.Outcome == ReloadOutcome.Skipped && done is null)
            {
                return result;
            }

            done = done?.Then(result) ?? result;
            var left = preflight.Parts.Skip(part + 1).Sum(later => later.Count);
            if (left > 0 && (result.Receipt.LockWasBusy || IsLate(begun)))
            {
                return await LeaveAsync(connection, request, done, left, cancellationToken);
            }
        }

        return done!;
    }

    private async Task<SyncResult> LeaveAsync(
        NpgsqlConnection connection, ReloadRequest request, SyncResult done, int left,
        CancellationToken cancellationToken)
    {
        SyncLog.Unfinished(logger, done.Receipt.EndpointsSynced, database.Name, left);
        if (request.Scope == ReloadScope.Everything)
        {
            await new PendingSyncs(database, connection).AddAsync(
                $"{left} endpoints are left of a large sync", request, cancellationToken);
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
        NpgsqlConnection connection, SyncPreflight preflight, ReloadRequest request,
        CancellationToken cancellationToken)
    {
        try
        {
            return await new SyncTransaction(database, syncLock, connection, preflight, clock, logger).RunAsync(
                request, cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.IsRowRefused(refused))
        {
            // Rolled back as a whole. Once more, with each refusal undone alone.
            return await new SyncTransaction(
                database, syncLock, connection, preflight, clock, logger, isolatesRefusals: true).RunAsync(
                request, cancellationToken);
        }
    }

    private async Task RecordPendingAsync(
        string reason, ReloadRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await new PendingSyncs(database, connection).AddAsync(reason, request, cancellationToken);
    }
}
