using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// Keeps the planner's statistics of the version table useful. After bulk growth the planner uses stale statistics
/// until autovacuum analyzes the table, up to a minute later, and until then a sync of one route scans all of it.
/// </summary>
internal sealed class RouteStatistics(RegistryDatabase database)
{
    private const string AnalyzeSql = "analyze (skip_locked) endpoint_sync.routes";

    // Analyzing each time the number of changes has doubled keeps it rare.
    private long _changed;
    private long _threshold = 250;

    /// <summary>
    /// Analyzes the table if the changes since the last time have doubled. A failure leaves it to autovacuum.
    /// </summary>
    public Task AnalyzeIfGrownAsync(ReloadReceipt receipt)
    {
        var changed = Interlocked.Add(
            ref _changed, receipt.RoutesAdded + receipt.RoutesChanged + receipt.RoutesRemoved);
        if (changed < Interlocked.Read(ref _threshold))
        {
            return Task.CompletedTask;
        }

        Interlocked.Exchange(ref _threshold, 2 * changed);
        return TryAnalyzeAsync();
    }

    private async Task TryAnalyzeAsync()
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync();
            await connection.ExecuteAsync(AnalyzeSql, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
        }
    }
}
