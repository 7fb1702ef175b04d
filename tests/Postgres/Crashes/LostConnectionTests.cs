using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Crashes;

public sealed class LostConnectionTests : FreshDatabaseTests
{
    private const string InTheMiddle = "trigger: before insert on endpoint_sync.versions";

    [Fact]
    public async Task A_sync_whose_connection_is_lost_in_the_middle_is_retried_before_its_callers_are_answered()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        // A sequence is not rolled back, so only the first sync that comes here is terminated.
        await Database.ExecuteAsync("create sequence public.arrivals");
        await SyncSteps.DoAtAsync(
            Database, InTheMiddle,
            "if nextval('public.arrivals') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if");

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.Timings.Attempts));
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
    }

    [Fact]
    public async Task Pooled_connections_that_were_terminated_cost_a_retry_and_no_reload()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        await registry.ReloadAsync();
        await Database.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> "
            + "pg_backend_pid()");

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_sync_that_is_cancelled_in_the_middle_leaves_the_old_state_and_no_lock()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var pause = await Pause.AtAsync(Database, "before insert on endpoint_sync.versions");
        var before = await EverythingAsync();
        using var caller = new CancellationTokenSource();
        var sync = registry.Session.RunAsync(new ReloadRequest(), rollout: null, caller.Token);
        await pause.ReachedAsync();

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sync).Within("the end of the sync");
        await pause.EndAsync();

        Assert.Equal(before, await EverythingAsync());
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_sync_that_hangs_past_its_deadline_fails_stays_pending_and_holds_no_lock()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = new TestRegistry(
            Database, new SyncOptions { Deadline = TimeSpan.FromSeconds(1), LockTimeout = TimeSpan.FromSeconds(20) });
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await using var pause = await Pause.AtAsync(Database, "before insert on endpoint_sync.versions");
        var before = await EverythingAsync();

        var receipt = await registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Failed, receipt.Outcome);
        Assert.Equal(before, await EverythingAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        await pause.EndAsync();
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_row_that_stays_locked_is_retried_until_the_deadline_and_then_reported()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        var limits =
            new SyncOptions { LockTimeout = TimeSpan.FromMilliseconds(50), Deadline = TimeSpan.FromSeconds(2) };
        await using var registry = new TestRegistry(Database, limits);
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await using var other = await Session.InTransactionAsync(
            Database, "select from endpoint_sync.state for update");

        var receipt = await registry.ReloadAsync();
        await other.RollbackAsync();

        Assert.Equal((ReloadOutcome.Failed, "55P03"), (receipt.Outcome, receipt.Problem!.SqlState));
        Assert.True(receipt.Timings.Attempts > 1, "It was not tried again.");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }
}
