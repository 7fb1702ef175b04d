using System.Data;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Foreign;

/// <summary>A silo that stops for as long as you like between its look and its sync, so that what it does then rests on an outdated look.</summary>
internal sealed class RandomScheduleSlowSilo(TestRegistry registry)
{
    private RegistryLook? _look;

    /// <summary>Looks, or does what its look found.</summary>
    public async Task StepAsync(ReloadScope scope)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync();
        if (_look is not { } look)
        {
            var glance = await Glance.ReadAsync(registry.Database, connection, scope, CancellationToken.None);
            _look = glance.IsInLine ? null : await RegistryLook.ReadAsync(registry.Database, connection, scope, glance.IsTracked, CancellationToken.None);
            return;
        }

        _look = null;
        await EndAsync(connection, look);
    }

    private async Task EndAsync(NpgsqlConnection connection, RegistryLook look)
    {
        if (!look.IsDue)
        {
            await new Settlement(registry.Database, connection, look).RunAsync(left: [], isWritten: false, addVersion: null, CancellationToken.None);
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        if (await new SyncLock(registry.Database).TryTakeAsync(connection, TimeSpan.FromSeconds(10), CancellationToken.None))
        {
            await new SyncTransaction(registry.Database, connection, look, registry.Log.CreateLogger("slow")).RunAsync(callers: 1, CancellationToken.None);
            await transaction.CommitAsync();
        }
    }
}
