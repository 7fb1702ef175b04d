using System.Data;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Brings one registry in line: one look, and one transaction if the look found something due.</summary>
internal sealed class SyncStore(RegistryDatabase database, OdooSequence sequence, TimeProvider clock, ILogger<SyncStore> logger)
{
    private static readonly TimeSpan OwePatience = TimeSpan.FromSeconds(1);

    private const string AnalyzeSql = "analyze (skip_locked) endpoint_sync.routes";

    private readonly SyncLock _lock = new(database);

    // A table that has grown much, Postgres' planner takes for small until it is counted anew, which is up to a minute later; a sync of one route reads
    // all of them until then. What doubles is counted seldom.
    private long _changed;
    private long _much = 250;

    /// <summary>Brings the registry in line once; conflicts and lost connections are the caller's to retry.</summary>
    /// <param name="callers">How many callers share the sync.</param>
    /// <param name="scope">What they want to be current.</param>
    /// <param name="committed">Called with a new version's changes as soon as it is committed, if they are few.</param>
    /// <param name="cancellationToken">Ends the attempt; if that comes during the commit, whether it committed is unknown until the next look.</param>
    /// <exception cref="LockFailedException">The lock could not be asked for.</exception>
    /// <exception cref="NpgsqlException">Postgres refused a statement or could not be reached.</exception>
    public async Task<SyncResult> SyncAsync(int callers, ReloadScope scope, Action<RouteDelta>? committed, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var glance = await Glance.ReadAsync(database, connection, scope, cancellationToken);
        var result = glance.IsInLine
            ? new SyncResult(ReloadOutcome.UpToDate, glance.State.Version, glance.State.Version) { Rejected = glance.Rejected }
            : await LookAndSyncAsync(connection, glance.IsTracked, callers, scope, committed, cancellationToken);
        if (!glance.IsInLine || !glance.State.IsSignalled)
        {
            await sequence.SignalAsync(connection, result.Version, cancellationToken);
        }

        if ((_changed += result.Routes.Sum) >= _much)
        {
            _much = 2 * _changed;
            await TryAnalyzeAsync(connection, cancellationToken);
        }

        return result;
    }

    /// <summary>Records that a sync is owed; if Postgres refuses that too, the callers' own retries are what is left.</summary>
    public async Task TryOweAsync(string reason)
    {
        using var patience = new CancellationTokenSource(OwePatience, clock);
        try
        {
            // Not left to the token alone: a server that says nothing is not cancelled in time.
            await OweAsync(reason, patience.Token).WaitAsync(OwePatience, clock, CancellationToken.None);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException or TimeoutException or System.Net.Sockets.SocketException)
        {
            SyncLog.NotOwed(logger, database.Name, failure.Message);
        }
    }

    private async Task OweAsync(string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await new ReloadRequests(database, connection).AddAsync(reason, cancellationToken);
    }

    private async Task<SyncResult> LookAndSyncAsync(
        NpgsqlConnection connection, bool isTracked, int callers, ReloadScope scope, Action<RouteDelta>? committed, CancellationToken cancellationToken)
    {
        var look = await RegistryLook.ReadAsync(database, connection, scope, isTracked, cancellationToken);
        if (look.IsDue)
        {
            return await SyncAsync(connection, look, callers, committed, cancellationToken);
        }

        // What was noted came to nothing, which needs no lock to say.
        await new Settlement(database, connection, look).RunAsync(left: [], isWritten: false, addVersion: null, cancellationToken);
        return new SyncResult(ReloadOutcome.UpToDate, look.State.Version, look.State.Version) { Rejected = look.Rejected };
    }

    private async Task<SyncResult> SyncAsync(
        NpgsqlConnection connection, RegistryLook look, int callers, Action<RouteDelta>? committed, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var started = clock.GetTimestamp();
        if (!await TakeLockAsync(connection, look, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return await SkipAsync(connection, look, cancellationToken);
        }
        var result = await new SyncTransaction(database, connection, look, logger).RunAsync(callers, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var lockHeld = clock.GetElapsedTime(started);
        if (result.Delta is { } delta)
        {
            committed?.Invoke(delta);
        }

        return result with { LockHeld = lockHeld };
    }

    // Where it fails, Postgres does it in its own time.
    private static async Task TryAnalyzeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(AnalyzeSql, cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
        {
        }
    }

    private async Task<bool> TakeLockAsync(NpgsqlConnection connection, RegistryLook look, CancellationToken cancellationToken)
    {
        try
        {
            return await _lock.TryTakeAsync(connection, database.Limits.IdleInTransactionLimit(look.Plan.EndpointIds.Count()), cancellationToken);
        }
        catch (NpgsqlException cause)
        {
            SyncLog.LockFailed(logger, database.Name, cause.Message);
            throw new LockFailedException(cause);
        }
    }

    private async Task<SyncResult> SkipAsync(NpgsqlConnection connection, RegistryLook look, CancellationToken cancellationToken)
    {
        var holder = await _lock.HolderAsync(connection, cancellationToken);
        if (look.Scope == ReloadScope.Everything)
        {
            await new ReloadRequests(database, connection).AddAsync("the lock was busy", cancellationToken);
        }

        SyncLog.Skipped(logger, database.Name, holder?.ToString() ?? "a session that has ended meanwhile");
        return new SyncResult(ReloadOutcome.Skipped, look.State.Version, look.State.Version) { Rejected = look.Rejected, LockHolder = holder };
    }
}
