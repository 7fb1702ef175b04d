using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The end of a look or a sync: what it dealt with is due no longer, and what it made is recorded.</summary>
internal sealed class Settlement(RegistryDatabase database, NpgsqlConnection connection, RegistryLook look)
{
    /// <param name="left">The endpoints that were due and are not in line.</param>
    /// <param name="isWritten">Whether route rows were written.</param>
    /// <param name="addVersion">Adds the version that was made of it; null if none was.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task RunAsync(
        IReadOnlyCollection<int> left, bool isWritten, Action<NpgsqlBatch>? addVersion, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        // Routes that came and went again made no version, but an Odoo worker may have read them in between.
        var isSignalled = addVersion is not null || isWritten || look.Due.Noted.Any(change => change.IsOfRoutes);
        var odoo = new OdooSignal(database, connection);
        if (isSignalled)
        {
            odoo.AddTo(batch);
        }

        addVersion?.Invoke(batch);
        new PendingChanges(database).AddTo(batch, look, left);
        ReloadRequests.AddTo(batch, look.Requests);
        if (batch.BatchCommands.Count > 0 && await ExecuteAsync(batch, cancellationToken) && isSignalled)
        {
            await odoo.FeedAsync(cancellationToken);
        }
    }

    // Whether the first result is one row that says so.
    private static async Task<bool> ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var answer = await reader.ReadAsync(cancellationToken) && reader.GetFieldValue<object>(0) is true;
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return answer;
    }
}
