using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// Odoo's workers leave rows behind when they die, lose or hide a change. Silos repair these rows in reaction to the
/// writes, without a reload.
/// </summary>
public sealed class ReactionTests : ForeignTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task The_routes_of_a_worker_that_dies_between_its_flags_and_its_routes_are_written(bool terminated)
    {
        await using var registry = await InSyncAsync();
        await using var worker = await LockedAndFlaggedAsync();

        await (
            terminated
                ? Database.TerminateAsync($"pid = {worker.Session.ProcessId}")
                : worker.DisposeAsync().AsTask());
        await ReactAsync(registry);

        Assert.Equal("1 /p2 synced -> /p2/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task An_edit_that_a_worker_lost_to_the_hook_of_another_worker_is_routed()
    {
        await using var registry = await InSyncAsync();
        await using var hook = await UpstreamWorker.StartAsync(Database);
        await hook.FlagAsync(1);
        await hook.BeginHookAsync();
        await hook.WriteRoutesAsync();
        await using var worker = await LockedAndFlaggedAsync();

        var lost = worker.RunHookAsync();
        await Database.UntilBlockedAsync();
        await hook.CommitHookAsync();
        Assert.NotNull(await lost.Within("the worker's hook"));
        Assert.Equal("1 /p2 synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        await ReactAsync(registry);

        Assert.Equal("1 /p2 synced -> /p2/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_first_route_that_a_worker_lost_to_the_hook_of_another_worker_is_written()
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("first", "/p1");
        await using var hook = await UpstreamWorker.StartAsync(Database);
        await hook.FlagAsync(3);
        await hook.BeginHookAsync();
        await hook.WriteRoutesAsync();
        await using var worker = await LockedAndFlaggedAsync(3);

        var lost = worker.RunHookAsync();
        await Database.UntilBlockedAsync();
        await hook.CommitHookAsync();
        Assert.NotNull(await lost.Within("the worker's hook"));
        await ReactAsync(registry);

        Assert.Equal(
            "1 /orders synced -> /orders/; 2 /bills synced -> /bills/; 3 /p2 synced -> /p2/", await EndpointsAsync());
    }

    [Theory, InlineData(1, 1), InlineData(1, 2)]
    public async Task The_newer_of_two_endpoints_of_one_path_is_routed_whether_workers_routed_both_or_neither(
        int hashSeed, int otherHashSeed)
    {
        await using var registry = await InSyncAsync();
        await Database.AddEndpointAsync("older", "/same");
        await Database.AddEndpointAsync("newer", "/same");
        await using var first = await UpstreamWorker.StartAsync(Database, hashSeed);
        await using var second = await UpstreamWorker.StartAsync(Database, otherHashSeed);

        await second.PressSyncAsync(4);
        await first.PressSyncAsync(3);
        await ReactAsync(registry);

        Assert.Equal(
            "1 /orders synced -> /orders/; 2 /bills synced -> /bills/; 3 /same synced -> nothing; "
            + "4 /same synced -> /same/",
            await EndpointsAsync());
    }

    [Fact]
    public async Task A_deleted_endpoint_disappears_from_readers_that_served_it()
    {
        await using var registry = await InSyncAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("/bills/ /orders/", await reader.ServeAsync());
        await using var worker = await UpstreamWorker.StartAsync(Database);

        await worker.UnlinkAsync(1);
        await ReactAsync(registry);

        Assert.Equal("/bills/", await reader.ServeAsync());
    }

    [Fact]
    public async Task The_first_route_ever_reaches_readers_that_started_before_it()
    {
        await using var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("", await reader.ServeAsync());
        await using var registry = Registry();
        await registry.InstallTriggersAsync().Within("the triggers");
        await Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await UpstreamWorker.StartAsync(Database);

        await worker.SyncAsync();
        Assert.Equal("", await reader.ServeAsync());
        await ReactAsync(registry);

        Assert.Equal("/orders/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_pending_edit_is_not_published_with_the_routes_of_others()
    {
        await using var registry = await InSyncAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        await using var form = await UpstreamWorker.StartAsync(Database);
        await form.EditAsync(1, "/draft");

        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('endpoint.endpoint:1:/x', '/x/')");
        await ReactAsync(registry);

        Assert.Equal("/bills/ /orders/ /x/", await reader.ServeAsync());
        Assert.Equal("1 /draft unsynced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    // Does what silos do after the notification of a write, and once more to see that nothing is left. Flags get time
    // for the routes that the same worker writes after them.
    private async Task ReactAsync(TestRegistry registry)
    {
        await Database.ExecuteAsync(
            "update endpoint_sync.pending_changes set seen_at = clock_timestamp() - interval '1 minute'");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync(ReloadScope.Routes)).Outcome);
        Assert.Equal((ReloadOutcome.UpToDate, true), Shown(await registry.ReloadAsync(ReloadScope.Routes)));
    }

    private static (ReloadOutcome Outcome, bool InSync) Shown(ReloadReceipt receipt) =>
        (receipt.Outcome, receipt.InSync);

    private async Task<UpstreamWorker> LockedAndFlaggedAsync(int id = 1)
    {
        var worker = await UpstreamWorker.StartAsync(Database);
        await worker.EditAsync(id, "/p2");
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        await worker.FlagAsync(await worker.FindUnsyncedAsync());
        await worker.CommitAsync();
        return worker;
    }
}
