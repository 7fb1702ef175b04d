using EndpointSync.Grains.Sync;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// A silo that stops between its preflight and its transaction, so that the transaction rests on an outdated preflight.
/// </summary>
internal sealed class RandomScheduleSlowSilo(TestRegistry registry)
{
    private SyncPreflight? _preflight;

    /// <summary>The scope of the preflight that its next step carries out, if there is one.</summary>
    public ReloadScope? Scope => _preflight?.Scope;

    /// <summary>Makes the preflight, or runs the sync that the preflight planned.</summary>
    /// <returns>The receipt of the sync, if there was one.</returns>
    public async Task<ReloadReceipt?> StepAsync(ReloadScope scope)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync();
        if (_preflight is not { } preflight)
        {
            var dirtyCheck = await DirtyCheck.ReadAsync(registry.Database, connection, scope, CancellationToken.None);
            _preflight = dirtyCheck.IsInSync
                ? null
                : await SyncPreflight.ReadAsync(
                    registry.Database, connection, scope, dirtyCheck.IsTracked,
                    registry.Database.Limits.EndpointsPerTransaction, CancellationToken.None);
            return null;
        }

        _preflight = null;
        return await EndAsync(connection, preflight);
    }

    private async Task<ReloadReceipt?> EndAsync(NpgsqlConnection connection, SyncPreflight preflight)
    {
        if (!preflight.IsDue)
        {
            await new SyncBookkeeping(
                registry.Database, connection, preflight.IsTracked, preflight.Requests.Ids).RunAsync(
                preflight.Due, left: [], isWritten: false, changes: [], addVersion: null, CancellationToken.None);
            return null;
        }

        var log = registry.Log.CreateLogger("slow");
        try
        {
            var result = await new SyncTransaction(
                registry.Database, registry.Lock, connection, preflight, TimeProvider.System,
                log).RunAsync(new ReloadRequest(), CancellationToken.None);
            return result.Receipt;
        }
        catch (Exception outdated) when (outdated is WriterBackException or PinnedSinceException)
        {
            // It was rolled back, and its next preflight leaves that writer's edit alone, or everything.
            return null;
        }
    }
}
