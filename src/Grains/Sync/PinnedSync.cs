using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// One attempt to sync a pinned registry. It publishes nothing. It brings the rows of endpoints back to the pinned
/// table, where other writers changed them, and takes back flags that call something else published.
/// </summary>
internal sealed class PinnedSync(
    RegistryDatabase database, SyncLock syncLock, NpgsqlConnection connection, TimeProvider clock, ILogger logger)
{
    /// <summary>Why a sync is pending that a rollout keeps waiting.</summary>
    private const string AwaitsRollout = "a rollout is running";

    /// <param name="request">What is to be made current.</param>
    /// <param name="isTracked">Whether triggers record what other writers change.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The result; null if the registry is not pinned any more, or is at another version by now.</returns>
    public async Task<SyncResult?> RunAsync(
        ReloadRequest request, bool isTracked, CancellationToken cancellationToken)
    {
        var look = await PinnedLook.ReadAsync(database, connection, request.Scope, isTracked, cancellationToken);
        if (!look.State.IsPinned)
        {
            return null;
        }

        var firstLeft = look.Due.FirstLeft.Select(change => change.Id).ToArray();
        if (firstLeft.Length > 0)
        {
            await PendingChanges.SeeAsync(firstLeft, connection, cancellationToken);
        }

        var result = look.IsDue
            ? await WriteAsync(look, request, cancellationToken)
            : await SettleAsync(look, cancellationToken);
        if (result is not { Receipt.Outcome: ReloadOutcome.Pinned } || request.Scope != ReloadScope.Everything)
        {
            return result;
        }

        RunningRollout? rollout = null;
        if (look.State.Rollout is not null)
        {
            // It may have ended since. What was asked for is not done in either case.
            rollout = await RolloutStore.FindLatestAsync(database, connection, cancellationToken);
            await new PendingSyncs(database, connection).AddAsync(AwaitsRollout, request, cancellationToken);
        }

        return result with
        {
            Receipt = result.Receipt with
            {
                Pin = await new PlanReader(database).FindPinAsync(connection, cancellationToken),
                Rollout = rollout?.Rollout,
            },
        };
    }

    private async Task<SyncResult?> WriteAsync(
        PinnedLook look, ReloadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await new PinTransaction(database, syncLock, connection, clock, logger).RestoreAsync(
                look, request, cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.IsRowRefused(refused))
        {
            // Rolled back as a whole. Once more, with each refusal undone alone.
            return await new PinTransaction(database, syncLock, connection, clock, logger, isolatesRefusals: true)
                .RestoreAsync(look, request, cancellationToken);
        }
    }

    // The recorded changes had no effect. Deleting them needs no lock: whoever takes the pin off meanwhile has the
    // whole registry compared.
    private async Task<SyncResult> SettleAsync(PinnedLook look, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await new SyncBookkeeping(database, connection, look.IsTracked, look.Requests).RunAsync(
            look.Due, left: [], isWritten: false, changes: [], addVersion: null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return SyncResult.Pinned(database, look.State.Version, look.Quarantine);
    }
}
