using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// Blocks the preflight of the next sync after its snapshot is taken, so that others can write before the lock is
/// taken.
/// </summary>
internal sealed class OpenPreflight(TestDatabase database, Session holder) : IAsyncDisposable
{
    /// <summary>Blocks preflights: one of their queries reads a table that is locked until the end.</summary>
    public static async Task<OpenPreflight> OpenAsync(TestDatabase database) =>
        new(
            database,
            await Session.InTransactionAsync(
                database, "lock table endpoint_sync.repair_backoffs in access exclusive mode"));

    /// <summary>Waits until a preflight has its snapshot.</summary>
    public Task ReachedAsync() => database.UntilAsync(
        $"select exists (select from {Session.LocksHere} where relation = 'endpoint_sync.repair_backoffs'::regclass "
        + "and not granted)", "a preflight that is blocked");

    /// <summary>Lets preflights pass.</summary>
    public Task CloseAsync() => holder.RollbackAsync();

    public ValueTask DisposeAsync() => holder.DisposeAsync();
}
