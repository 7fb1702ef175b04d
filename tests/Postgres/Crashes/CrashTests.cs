using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Crashes;

public sealed class CrashTests : FreshDatabaseTests
{
    private const string NewState =
        "1 /edited/twice synced -> /edited/twice/; 2 /archived archived synced -> nothing; "
        + "3 /spoilt/.. unsynced -> nothing; "
        + "4 /opened synced -> /opened/; 5 /mended synced -> /mended/; 6 /new synced -> /new/";

    private const string HoldOpen = "select from fastapi_endpoint where name = 'open' for update";

    public static TheoryData<string> Steps => new(SyncSteps.All);

    [Theory, MemberData(nameof(Steps))]
    public async Task A_backend_that_dies_at_a_step_leaves_the_old_state_and_the_next_reload_makes_the_new_one(
        string step)
    {
        await using var registry = Registry();
        await SyncSteps.PrepareAsync(Database, registry);
        await SyncSteps.DoAtAsync(Database, step, "perform pg_terminate_backend(pg_backend_pid())");
        var before = await EverythingAsync();

        await using (var other = await Session.InTransactionAsync(Database, HoldOpen))
        {
            var died = await Assert.ThrowsAnyAsync<NpgsqlException>(
                () => registry.Session.RunAsync(
                    new ReloadRequest(), rollout: null, TestContext.Current.CancellationToken));
            Assert.Equal(PostgresErrorCodes.AdminShutdown, died.SqlState);
            await other.RollbackAsync();
        }

        await AssertOldThenNewAsync(registry, before);
    }

    [Theory, MemberData(nameof(Steps))]
    public async Task A_backend_that_is_terminated_from_outside_at_a_step_leaves_the_old_state(string step)
    {
        await using var registry = LongTimeoutRegistry();
        await SyncSteps.PrepareAsync(Database, registry);
        await SyncSteps.DoAtAsync(Database, step, "set local lock_timeout = 0; perform pg_advisory_xact_lock(4711)");
        var before = await EverythingAsync();
        await using var turnstile = await Session.InTransactionAsync(Database, "select pg_advisory_xact_lock(4711)");

        await using (var other = await Session.InTransactionAsync(Database, HoldOpen))
        {
            var sync = registry.Session.RunAsync(
                new ReloadRequest(), rollout: null, TestContext.Current.CancellationToken);
            await Database.UntilBlockedAsync();
            await Database.ExecuteAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and "
                + "wait_event_type = 'Lock'");
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => sync).Within("the end of the sync");
            await other.RollbackAsync();
        }

        await AssertOldThenNewAsync(registry, before);
    }

    private async Task AssertOldThenNewAsync(TestRegistry registry, List<string?> before)
    {
        Assert.Equal(before, await EverythingAsync());
        Assert.Equal(["to be completed"], await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        await SyncSteps.ForgetAsync(Database);

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, new RouteVersion(2), true), (receipt.Outcome, receipt.Version, receipt.InSync));
        Assert.Equal(NewState, await EndpointsAsync());
        Assert.Equal(["3"], await Database.ListAsync("select endpoint_id from endpoint_sync.quarantine"));
        Assert.Empty(await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        await History.AssertAddsUpAsync(Database);
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }
}
