using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The last step of a preflight or a sync: what it dealt with is no longer due, and its new version is recorded.
/// </summary>
internal sealed class SyncBookkeeping(RegistryDatabase database, NpgsqlConnection connection, SyncPreflight preflight)
{
    /// <param name="due">What was dealt with.</param>
    /// <param name="left">The endpoints that were due and are not in sync.</param>
    /// <param name="isWritten">Whether route rows were written.</param>
    /// <param name="addVersion">Adds the new version to the batch; null if there is none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task RunAsync(
        DueChanges due, IReadOnlyCollection<int> left, bool isWritten, Action<NpgsqlBatch>? addVersion,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        // Routes that came and went again make no version, but an Odoo worker may have read them in between.
        var isBumpDue = addVersion is not null || isWritten || due.Recorded.Any(change => change.IsOfRoutes);
        var odoo = new OdooCacheSignal(database, connection);
        if (isBumpDue)
        {
            odoo.AddTo(batch);
        }

        addVersion?.Invoke(batch);
        new PendingChanges(database).AddTo(batch, due, preflight.IsTracked, left);
        PendingSyncs.AddDelete(batch, preflight.Requests);
        if (isBumpDue && await HasSecondChannelAsync(batch, cancellationToken))
        {
            await odoo.SendAsync(cancellationToken);
        }
        else if (!isBumpDue && batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // The first statement returns it. The other results are read to their end, because one of them may be an error.
    private static async Task<bool> HasSecondChannelAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var hasSecondChannel = await reader.ReadAsync(cancellationToken) && reader.Bool("has_second_channel");
        var isMore = true;
        while (isMore)
        {
            isMore = await reader.NextResultAsync(cancellationToken);
        }

        return hasSecondChannel;
    }
}
