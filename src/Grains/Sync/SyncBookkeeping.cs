using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The last step of a preflight or a sync: what it dealt with is no longer due, and its new version is recorded.
/// </summary>
/// <param name="database">The registry.</param>
/// <param name="connection">The transaction's connection.</param>
/// <param name="isTracked">Whether triggers record what other writers change.</param>
/// <param name="requests">The ids of the pending syncs that are fulfilled.</param>
internal sealed class SyncBookkeeping(
    RegistryDatabase database, NpgsqlConnection connection, bool isTracked, long[] requests)
{
    /// <param name="due">What was dealt with.</param>
    /// <param name="left">The endpoints that were due and are not in sync.</param>
    /// <param name="isWritten">Whether route rows were written.</param>
    /// <param name="changes">What makes the new version; empty if there is none.</param>
    /// <param name="addVersion">Adds the new version to the batch; null if there is none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task RunAsync(
        DueChanges due, IReadOnlyCollection<int> left, bool isWritten, IReadOnlyCollection<RouteChange> changes,
        Action<NpgsqlBatch>? addVersion, CancellationToken cancellationToken)
    {
        await using var batch = Batch(due, left, isWritten, changes, addVersion);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// The same, and whether a writer of what was dealt with is back. That is asked last, just before the commit:
    /// whoever takes a snapshot between the two can still fail, but that is a moment and not the length of a sync.
    /// </summary>
    /// <inheritdoc cref="RunAsync" />
    public async Task<bool> RunAndLookAsync(
        DueChanges due, IReadOnlyCollection<int> left, bool isWritten, IReadOnlyCollection<RouteChange> changes,
        Action<NpgsqlBatch>? addVersion, CancellationToken cancellationToken)
    {
        if (due.Writers.Count == 0)
        {
            await RunAsync(due, left, isWritten, changes, addVersion, cancellationToken);
            return false;
        }

        await using var batch = PendingChanges.AddIsWriterBack(Batch(due, left, isWritten, changes, addVersion), due);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var isBack = false;
        do
        {
            isBack = await reader.ReadAsync(cancellationToken) && reader[0] is true;
        }
        while (await reader.NextResultAsync(cancellationToken));
        return isBack;
    }

    private NpgsqlBatch Batch(
        DueChanges due, IReadOnlyCollection<int> left, bool isWritten, IReadOnlyCollection<RouteChange> changes,
        Action<NpgsqlBatch>? addVersion)
    {
        var batch = connection.CreateBatch();
        // Routes that came and went again make no version, but an Odoo worker may have read them in between. The same
        // holds for an edit that was undone before a sync saw it. What a version without changes replaces is lost, and
        // nobody knows what it was.
        var isReplacement = addVersion is not null && changes.Count == 0;
        var routes = addVersion is not null || isWritten || due.Recorded.Any(change => change.IsOfRoutes);
        var apps = isReplacement || changes.Any(change => change.IsOfEndpoint)
            || due.Recorded.Any(change => change.IsEdit);
        if (routes || apps)
        {
            OdooCacheSignal.AddTo(batch, database, routes, apps);
        }

        addVersion?.Invoke(batch);
        new PendingChanges(database).AddTo(batch, due, isTracked, left);
        PendingSyncs.AddDelete(batch, requests);
        return batch;
    }
}
