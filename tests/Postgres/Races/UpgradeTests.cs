using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// An upgrade of Odoo's modules, which edits an endpoint in one REPEATABLE READ transaction and again in the next. A
/// write of ours between the second one's snapshot and its edit would make the whole upgrade fail.
/// </summary>
public sealed class UpgradeTests : FreshDatabaseTests
{
    private const int Upgrades = 20;

    // One message, as a program sends it that goes on without a pause.
    private const string NextTransaction =
        "commit; begin isolation level repeatable read; select count(*) from fastapi_endpoint";

    [Fact]
    public async Task No_upgrade_fails_while_reloads_never_stop()
    {
        await using var registry = await InSyncAsync();
        await using var upgrade = await Session.OpenAsync(Database, "odoo");
        await using var reloads = new SteadyReloads(registry);
        var failures = 0;

        for (var number = 0; number < Upgrades; number++)
        {
            try
            {
                await EditAsync(upgrade, $"/first{number}");
                await upgrade.ExecuteAsync(NextTransaction);
                await reloads.NextAsync();
                await upgrade.ExecuteAsync(Edit($"/second{number}"));
                await upgrade.CommitAsync();
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                failures++;
                await upgrade.RollbackAsync();
            }

            await reloads.UntilInSyncAsync();
        }

        Assert.Equal(0, failures);
        await reloads.DisposeAsync();
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal(
            $"1 /second{Upgrades - 1} synced -> /second{Upgrades - 1}/; 2 /bills synced -> /bills/",
            await EndpointsAsync());
    }

    [Fact]
    public async Task A_reload_leaves_alone_what_a_session_edits_and_names_the_endpoints_and_the_session()
    {
        await using var registry = await InSyncAsync();
        await using var upgrade = await Session.OpenAsync(Database, "odoo");
        await EditAsync(upgrade, "/orders2");
        await upgrade.ExecuteAsync(NextTransaction);
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/bills2', registry_sync = false where id = 2");

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, false, 1, 1),
            (receipt.Outcome, receipt.InSync, receipt.EndpointsSynced, receipt.EndpointsDeferred));
        Assert.Contains(
            $"endpoints 1 by role '{await Database.ScalarAsync<string>("select current_user::text")}', application "
            + $"'odoo', backend {upgrade.ProcessId}", receipt.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal("1 /orders2 unsynced -> /orders/; 2 /bills2 synced -> /bills2/", await EndpointsAsync());
        Assert.Equal(ReloadScope.Everything, await registry.Status.PendingScopeAsync(CancellationToken.None));

        var again = await registry.ReloadAsync();
        Assert.Equal((ReloadOutcome.Skipped, 1), (again.Outcome, again.EndpointsDeferred));
        Assert.NotNull(again.Problem);
        Assert.Contains(
            "endpoints 1 by role",
            Assert.Single(registry.Log.Entries, entry => entry.EventId == 1114).Message, StringComparison.Ordinal);

        await upgrade.CommitAsync();
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal("1 /orders2 synced -> /orders2/; 2 /bills2 synced -> /bills2/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_session_that_stays_in_its_transaction_is_left_alone_for_two_minutes_and_no_longer()
    {
        await using var registry = await InSyncAsync();
        await using var session = await Session.OpenAsync(Database, "odoo");
        await EditAsync(session, "/orders2");
        await session.ExecuteAsync(NextTransaction);
        Assert.Equal(ReloadOutcome.Skipped, (await registry.ReloadAsync()).Outcome);

        await MoveOnAsync("119 seconds");
        Assert.Equal(ReloadOutcome.Skipped, (await registry.ReloadAsync()).Outcome);
        await MoveOnAsync("2 seconds");
        Assert.True((await registry.ReloadAsync()).InSync);

        Assert.Equal("1 /orders2 synced -> /orders2/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    // Otherwise it would wait for what waits for it.
    [Fact]
    public async Task A_session_that_waits_for_its_own_edits_version_holds_up_nothing()
    {
        await using var registry = await InSyncAsync();
        await using var recipe = await Session.OpenAsync(Database, "recipe");
        await EditAsync(recipe, "/orders2");
        await recipe.CommitAsync();
        var wait = recipe.ScalarAsync<bool>("select endpoint_sync.wait_for_version(2, '50 seconds')");
        await Database.Source.UntilAsync(
            $"select exists (select from pg_stat_activity where pid = {recipe.ProcessId} and wait_event = 'PgSleep')",
            "a session that waits for the version");

        Assert.True((await registry.ReloadAsync()).InSync);

        Assert.True(await wait.Within("the version"));
    }

    // One endpoint for each transaction: the first of two parts checks too.
    [Theory, InlineData(20_000), InlineData(1)]
    public async Task A_session_that_begins_its_next_transaction_in_the_middle_of_a_sync_does_not_fail(
        int endpointsPerTransaction)
    {
        await using var registry = LongTimeoutRegistry(endpointsPerTransaction);
        await FillAsync(registry);
        await using var upgrade = await Session.OpenAsync(Database, "odoo");
        await EditAsync(upgrade, "/orders2");
        await upgrade.CommitAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/bills2', registry_sync = false where id = 2");
        await using var pause = await Pause.AtAsync(Database, "after update on endpoint_route");
        var reload = registry.ReloadAsync();
        await pause.ReachedAsync();
        await upgrade.BeginAsync("repeatable read");
        await upgrade.ExecuteAsync("select from fastapi_endpoint");
        await pause.EndAsync();
        var receipt = await reload.Within("the reload");

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.EndpointsDeferred));
        await upgrade.ExecuteAsync(Edit("/orders3"));
        await upgrade.CommitAsync();
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Equal("1 /orders3 synced -> /orders3/; 2 /bills2 synced -> /bills2/", await EndpointsAsync());
    }

    // The button sets the flag, does more in the same transaction, and writes the routes in the next one.
    [Fact]
    public async Task Odoos_button_succeeds_however_long_its_first_transaction_takes()
    {
        await using var registry = await InSyncAsync();
        await using var button = await UpstreamWorker.StartAsync(Database);
        await button.EditAsync(1, "/orders2");
        await button.BeginAsync();
        await button.FlagAsync(1);
        await button.Session.ExecuteAsync(
            "update endpoint_sync.pending_changes set changed_at = changed_at - interval '1 minute'");
        await button.CommitAsync();

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal("1 /orders2 synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        await button.BeginHookAsync();
        await registry.ReloadAsync(ReloadScope.Routes);
        await button.WriteRoutesAsync();
        await button.CommitHookAsync();

        Assert.Equal("1 /orders2 synced -> /orders2/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_flag_whose_routes_never_come_is_dealt_with_two_seconds_after_it_was_seen()
    {
        await using var registry = await InSyncAsync();
        await using var button = await UpstreamWorker.StartAsync(Database);
        await button.EditAsync(1, "/orders2");
        await button.FlagAsync(1);

        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal("1 /orders2 synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Null(await registry.Status.PendingScopeAsync(CancellationToken.None));
        await MoveOnAsync("2 seconds");
        Assert.Equal(ReloadScope.Routes, await registry.Status.PendingScopeAsync(CancellationToken.None));
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders2 synced -> /orders2/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    private Task MoveOnAsync(string interval) =>
        Database.ExecuteAsync($"update endpoint_sync.pending_changes set seen_at = seen_at - interval '{interval}'");

    private static string Edit(string rootPath) =>
        $"update fastapi_endpoint set root_path = '{rootPath}', registry_sync = false where id = 1";

    private static async Task EditAsync(Session session, string rootPath)
    {
        await session.BeginAsync("repeatable read");
        await session.ExecuteAsync(Edit(rootPath));
    }

    private async Task<TestRegistry> InSyncAsync()
    {
        var registry = Registry();
        await FillAsync(registry);
        return registry;
    }

    private async Task FillAsync(TestRegistry registry)
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await registry.InstallTriggersAsync().Within("the triggers");
        Assert.True((await registry.ReloadAsync()).InSync);
    }

    /// <summary>Reloads one after the other, as a registry that syncs on change does while it is not in sync.</summary>
    private sealed class SteadyReloads : IAsyncDisposable
    {
        private readonly TestRegistry _registry;
        private readonly CancellationTokenSource _stopped = new();
        private readonly Task _reloading;
        private TaskCompletionSource<ReloadReceipt>? _asked;

        public SteadyReloads(TestRegistry registry)
        {
            _registry = registry;
            _reloading = Task.Run(ReloadAllTheTimeAsync);
        }

        /// <summary>Completes after a reload that begins from now on.</summary>
        public Task<ReloadReceipt> NextAsync()
        {
            var asked = new TaskCompletionSource<ReloadReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _asked, asked);
            return asked.Task.Within("a reload");
        }

        /// <summary>
        /// Completes when the last upgrade is synced: the next one must not begin with an edit that is being synced.
        /// </summary>
        public async Task UntilInSyncAsync()
        {
            var isInSync = false;
            while (!isInSync)
            {
                isInSync = (await NextAsync()).InSync;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stopped.IsCancellationRequested)
            {
                await _stopped.CancelAsync();
                await _reloading;
            }
        }

        private async Task ReloadAllTheTimeAsync()
        {
            while (!_stopped.IsCancellationRequested)
            {
                var asked = Interlocked.Exchange(ref _asked, null);
                var receipt = await _registry.ReloadAsync();
                asked?.SetResult(receipt);
            }
        }
    }
}
