using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class LostEditTests : FreshDatabaseTests
{
    [Fact]
    public async Task Upstream_an_edit_is_lost_when_an_unlocked_hook_holds_the_route_row()
    {
        await using var form = await RoutedAsync("/p1");
        await using var hook = await OpenHookAsync();
        await form.EditAsync(1, "/p2");
        await using var worker = await LockedAndFlaggedAsync();

        var hookOfWorker = worker.RunHookAsync();
        await Database.UntilBlockedAsync();
        await hook.CommitHookAsync();
        var swallowed = await hookOfWorker.Within("the worker's hook");

        Assert.Equal(PostgresErrorCodes.SerializationFailure, swallowed!.SqlState);
        Assert.Equal("1 /p2 synced -> /p1/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_reload_skips_a_route_row_that_an_unlocked_hook_holds_and_routes_the_edit_the_next_time()
    {
        await using var form = await RoutedAsync("/p1");
        await using var hook = await OpenHookAsync();
        await form.EditAsync(1, "/p2");
        await Database.AddEndpointAsync("bills", "/bills");
        await using var registry = Registry();

        var beside = await registry.ReloadAsync();
        Assert.Equal(
            (ReloadOutcome.Synced, 1, 1, false),
            (beside.Outcome, beside.EndpointsSynced, beside.EndpointsDeferred, beside.InSync));
        Assert.Equal("1 /p2 unsynced -> /p1/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        await hook.CommitHookAsync();
        var after = await registry.ReloadAsync();
        Assert.True(after.InSync);
        Assert.Equal("1 /p2 synced -> /p2/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Null(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task An_endpoint_whose_route_row_is_right_is_not_marked_synced_while_an_unlocked_hook_holds_the_row()
    {
        await using var form = await RoutedAsync("/p1");
        await form.EditAsync(1, "/p2");
        await using var hook = await OpenHookAsync();
        await form.EditAsync(1, "/p1");
        await using var registry = Registry();

        var beside = await registry.ReloadAsync();
        await hook.CommitHookAsync();

        Assert.False(beside.InSync);
        Assert.Equal("1 /p1 unsynced -> /p2/", await EndpointsAsync());
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal("1 /p1 synced -> /p1/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_next_reload_finds_an_edit_that_others_lost_although_the_endpoint_is_flagged_and_has_a_row()
    {
        await using var form = await RoutedAsync("/p1");
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/p2', registry_sync = true");
        await using var registry = Registry();

        await registry.ReloadAsync();

        Assert.Equal("1 /p2 synced -> /p2/", await EndpointsAsync());
    }

    [Fact]
    public async Task Upstream_an_edit_is_lost_when_an_unlocked_hook_inserts_the_route_row()
    {
        await Database.AddEndpointAsync("orders", "/p1");
        await using var form = await UpstreamWorker.StartAsync(Database);
        await using var hook = await OpenHookAsync();
        await form.EditAsync(1, "/p2");
        await using var worker = await LockedAndFlaggedAsync();

        var hookOfWorker = worker.RunHookAsync();
        await Database.UntilBlockedAsync();
        await hook.CommitHookAsync();
        var swallowed = await hookOfWorker.Within("the worker's hook");

        Assert.Equal(("23505", "endpoint_route__key_uniq"), (swallowed!.SqlState, swallowed.ConstraintName));
        Assert.Equal("1 /p2 synced -> /p1/", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_reload_skips_a_route_row_that_another_session_is_inserting_and_delays_no_other_endpoint()
    {
        foreach (var number in Enumerable.Range(1, 20))
        {
            await Database.AddEndpointAsync($"endpoint {number}", $"/p{number}");
        }

        await using var form = await UpstreamWorker.StartAsync(Database);
        await using var hook = await OpenHookAsync();
        await form.EditAsync(1, "/edited");
        await using var registry = Registry();

        var beside = await registry.ReloadAsync();
        Assert.Equal((ReloadOutcome.Synced, 19, 1), (beside.Outcome, beside.EndpointsSynced, beside.EndpointsDeferred));
        Assert.StartsWith("1 /edited unsynced -> nothing; 10 /p10 synced -> /p10/;", await EndpointsAsync());

        await hook.CommitHookAsync();
        Assert.Equal((ReloadOutcome.Synced, 1, 0), await OutcomeAsync(registry));
        Assert.StartsWith("1 /edited synced -> /edited/;", await EndpointsAsync());
    }

    [Fact]
    public async Task Our_reload_writes_a_route_row_whose_insert_another_session_rolled_back()
    {
        await Database.AddEndpointAsync("orders", "/p1");
        await using var hook = await OpenHookAsync();
        await using var registry = Registry();
        await registry.ReloadAsync();

        await hook.Session.RollbackAsync();

        Assert.Equal((ReloadOutcome.Synced, 1, 0), await OutcomeAsync(registry));
        Assert.Equal("1 /p1 synced -> /p1/", await EndpointsAsync());
    }

    private static async Task<(ReloadOutcome Outcome, int Synced, int Deferred)> OutcomeAsync(TestRegistry registry)
    {
        var receipt = await registry.ReloadAsync();
        return (receipt.Outcome, receipt.EndpointsSynced, receipt.EndpointsDeferred);
    }

    private async Task<UpstreamWorker> RoutedAsync(string rootPath)
    {
        await Database.AddEndpointAsync("orders", rootPath);
        var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SyncAsync();
        return worker;
    }

    // The form's button was pressed: it takes no lock, and its hook has written the row but not committed.
    private async Task<UpstreamWorker> OpenHookAsync()
    {
        var worker = await UpstreamWorker.StartAsync(Database);
        await worker.FlagAsync(1);
        await worker.BeginHookAsync();
        await worker.WriteRoutesAsync();
        return worker;
    }

    private async Task<UpstreamWorker> LockedAndFlaggedAsync()
    {
        var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        await worker.FlagAsync(await worker.FindUnsyncedAsync());
        await worker.CommitAsync();
        return worker;
    }
}
