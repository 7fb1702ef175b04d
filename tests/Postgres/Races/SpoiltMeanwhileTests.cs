using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// A route row that was right in the preflight, and that an unlocked writer spoils before the sync commits.
/// </summary>
public sealed class SpoiltMeanwhileTests : FreshDatabaseTests
{
    [Fact]
    public async Task A_row_that_another_writer_spoils_between_our_preflight_and_our_commit_is_reported_and_pending()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.AddEndpointAsync("bills", "/bills");
        await using var held = await Session.InTransactionAsync(Database, "select from endpoint_sync.state for update");
        var reload = registry.ReloadAsync();
        await Database.UntilBlockedAsync();

        await Database.ExecuteAsync(
            "update endpoint_route set route = '/old/|/old/<path:application_path>' where key like "
            + "'fastapi.endpoint:1:%'");
        await held.CommitAsync();
        var receipt = await reload;

        Assert.Equal((ReloadOutcome.Synced, 1, false), (receipt.Outcome, receipt.EndpointsDeferred, receipt.InSync));
        Assert.NotNull(await registry.Status.PendingScopeAsync(CancellationToken.None));
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task Many_rows_that_another_session_is_inserting_delay_no_other_endpoint()
    {
        const int many = 200;
        await using var registry = Registry();
        await Database.ExecuteAsync(
            $"""
             insert into fastapi_endpoint (name, root_path, app, active, registry_sync)
             select 'endpoint ' || n, '/many/' || n, 'api', true, false from generate_series(1, {many}) as n
             """);
        await Database.AddEndpointAsync("orders", "/orders");
        await using var hook = await Session.InTransactionAsync(
            Database, $"insert into endpoint_route (key) select 'fastapi.endpoint:' || n || "
                + $"':/|/<path:application_path>' from generate_series(1, {many}) as n");

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, 1, many), (receipt.Outcome, receipt.EndpointsSynced, receipt.EndpointsDeferred));
        Assert.Equal(1, receipt.Timings.Attempts);
    }

    [Fact]
    public async Task A_row_that_was_disabled_by_changing_its_key_stops_no_sync()
    {
        await using var registry = Registry();
        await Database.AddEndpointAsync("orders", "/orders");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_route set key = 'disabled:' || key");
        await Database.AddEndpointAsync("bills", "/bills");

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, 2, true, 1),
            (receipt.Outcome, receipt.EndpointsSynced, receipt.InSync, receipt.Timings.Attempts));
        Assert.Equal(3, await Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Empty(await Database.ErrorsAsync());
    }
}
