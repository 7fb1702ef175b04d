using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// One attempt to carry out a rollback, or to end a pin. An attempt whose answer was lost is repeated with the same
/// request, and finds what was committed.
/// </summary>
internal sealed class PinSession(
    RegistryDatabase database, SyncLock syncLock, SyncSession syncs, TimeProvider clock, ILogger<PinSession> logger)
{
    /// <summary>Why a sync is pending after the end of a pin.</summary>
    private const string Unpinned = "the registry was unpinned";

    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the attempt; if that comes during the commit, only the next attempt knows
    /// whether it committed.</param>
    /// <exception cref="LockFailedException">The statement that takes the lock failed.</exception>
    /// <exception cref="SyncRefusedException">The sync after the end of a pin would do what the request does not allow.
    /// </exception>
    /// <exception cref="NpgsqlException">Postgres refused a statement or could not be reached.</exception>
    public async Task<SyncResult> RunAsync(PinRequest request, CancellationToken cancellationToken)
    {
        if (request.To is not null)
        {
            return await RollBackAsync(request, cancellationToken);
        }

        var moved = await UnpinAsync(request, cancellationToken);
        return moved ?? await syncs.RunAsync(request.Reload, rollout: null, cancellationToken);
    }

    private async Task<SyncResult> RollBackAsync(PinRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var needsReadonly = await OdooTables.NeedsReadonlyAsync(database, connection, cancellationToken);
        var result = await WriteAsync(connection, request, needsReadonly, cancellationToken);
        return result.Refusal != PinRefusal.None || result.Receipt.LockWasBusy
            ? result
            : result with
            {
                Receipt = result.Receipt with
                {
                    Pin = await new PlanReader(database).FindPinAsync(connection, cancellationToken),
                },
            };
    }

    private async Task<SyncResult> WriteAsync(
        NpgsqlConnection connection, PinRequest request, bool needsReadonly, CancellationToken cancellationToken)
    {
        try
        {
            return await new PinTransaction(database, syncLock, connection, clock, logger).RollBackAsync(
                request, needsReadonly, cancellationToken);
        }
        catch (PostgresException refused) when (SqlStates.IsRowRefused(refused))
        {
            // Rolled back as a whole. Once more, with each refusal undone alone.
            return await new PinTransaction(database, syncLock, connection, clock, logger, isolatesRefusals: true)
                .RollBackAsync(request, needsReadonly, cancellationToken);
        }
    }

    // It needs the lock of the version row alone, which every sync takes too: it writes no route. Its sync is pending
    // from its commit on, so nothing is lost if this silo dies between the two.
    private async Task<SyncResult?> UnpinAsync(PinRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await syncLock.SetLimitsAsync(connection, cancellationToken);
        await using (var batch = new VersionWriter(database, connection).AddLock(connection.CreateBatch()))
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        var pins = new Pins(database, connection);
        if (await pins.FindAsync(cancellationToken) is not { Pin: var pin })
        {
            return null;
        }

        if (pin.Version != request.Seen)
        {
            return SyncResult.Pinned(database, pin.Version, []) with { Refusal = PinRefusal.VersionMoved };
        }

        await pins.UnpinAsync(cancellationToken);
        await new PendingSyncs(database, connection).AddAsync(Unpinned, request.Reload, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        SyncLog.Unpinned(logger, database.Name, pin.ToVersion, request.By);
        return null;
    }
}
