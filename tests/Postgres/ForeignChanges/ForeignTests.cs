using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>A registry with two endpoints in sync, and what other writers do to it.</summary>
public abstract class ForeignTests : FreshDatabaseTests
{
    protected const string RowOfOrders = "key like 'fastapi.endpoint:1:%'";

    internal async Task<TestRegistry> InSyncAsync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        var registry = Registry();
        await registry.InstallTriggersAsync().Within("the triggers");
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Empty(await PendingAsync());
        return registry;
    }

    /// <summary>The recorded changes, one line for each statement.</summary>
    protected Task<List<string?>> PendingAsync() => Database.ListAsync(
        "select concat_ws(' ', operation, nullif(table_name, ''), case when awaits_reload then 'awaits reload' end, "
        + "endpoint_ids::text, keys::text) from endpoint_sync.pending_changes order by id");

    /// <summary>The outcomes of foreign writes, oldest first.</summary>
    protected Task<List<string?>> OutcomesAsync() => Database.ListAsync(
        "select concat_ws(' ', operation, outcome, version, case when locked then 'locked' else 'unlocked' end) from "
        + "endpoint_sync.foreign_writes order by id");
}
