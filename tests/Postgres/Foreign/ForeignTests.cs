using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Foreign;

/// <summary>A registry with two endpoints in line, and what other writers do to it.</summary>
public abstract class ForeignTests : FreshDatabaseTests
{
    protected const string RowOfOrders = "key like 'fastapi.endpoint:1:%'";

    internal async Task<TestRegistry> InLineAsync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        var registry = Registry();
        await registry.TrackAsync().Within("the triggers");
        Assert.True((await registry.ReloadAsync()).InLine);
        Assert.Empty(await PendingAsync());
        return registry;
    }

    /// <summary>What is noted, a line for each statement.</summary>
    protected Task<List<string?>> PendingAsync() => Database.ListAsync(
        "select concat_ws(' ', operation, nullif(table_name, ''), case when waits then 'waits' end, endpoint_ids::text, keys::text) from endpoint_sync.pending order by id");

    /// <summary>What became of foreign writes, oldest first.</summary>
    protected Task<List<string?>> VerdictsAsync() => Database.ListAsync(
        "select concat_ws(' ', operation, verdict, version, case when locked then 'locked' else 'unlocked' end) from endpoint_sync.foreign_writes order by id");
}
