using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>Holds up the unlocked look of the next sync after its snapshot is taken, so that others can write before the lock is taken.</summary>
internal sealed class OpenLook(TestDatabase database, Session holder) : IAsyncDisposable
{
    /// <summary>Holds up looks: one of their questions is about a table that is closed until the end.</summary>
    public static async Task<OpenLook> OpenAsync(TestDatabase database) =>
        new(database, await Session.InTransactionAsync(database, "lock table endpoint_sync.disputes in access exclusive mode"));

    /// <summary>Waits until a look has its snapshot.</summary>
    public Task ReachedAsync() => database.UntilAsync(
        $"select exists (select from {Session.LocksHere} where relation = 'endpoint_sync.disputes'::regclass and not granted)", "a look that is held up");

    /// <summary>Lets looks pass.</summary>
    public Task CloseAsync() => holder.RollbackAsync();

    public ValueTask DisposeAsync() => holder.DisposeAsync();
}
