using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Status;

public sealed class LockHolderTests : FreshDatabaseTests
{
    private const string TakeInTransaction = "select pg_advisory_xact_lock(3827055375235039567)";
    private const string TakeInSession = "select pg_advisory_lock(3827055375235039567)";

    [Fact]
    public async Task A_transaction_that_holds_the_lock_is_shown_with_everything_that_Postgres_knows()
    {
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        Assert.Equal([1], await worker.Session.ListAsync("select 1\n  as\tone", row => row.GetInt32(0)));
        await using var registry = Registry();

        var holder = await HolderAsync(registry);

        Assert.Equal(
            (worker.Session.ProcessId, "odoo", "idle in transaction", "select 1 as one"),
            (holder.ProcessId, holder.Application, holder.State, holder.Query));
        Assert.Equal(await ActivityAsync(holder, "usename"), holder.Role);
        Assert.Equal(await ActivityAsync(holder, "host(client_addr)"), holder.Client);
        Assert.False(holder.SinceFirstSeen);
        Assert.True(
            await Database.ScalarAsync<bool>(
                $"select xact_start = '{holder.Since:O}' from pg_stat_activity where pid = {holder.ProcessId}"));
        Assert.InRange(holder.Held, TimeSpan.FromTicks(1), Deadline.MaxWait);
        Assert.True(holder.IsSameHold(await HolderAsync(registry)));
    }

    [Fact]
    public async Task A_long_query_is_shortened()
    {
        await using var holder = await Session.InTransactionAsync(Database, TakeInTransaction);
        await holder.ExecuteAsync($"select '{new string('x', 500)}'");
        await using var registry = Registry();

        Assert.Equal("select '" + new string('x', 192), (await HolderAsync(registry)).Query);
    }

    [Fact]
    public async Task A_session_that_holds_the_lock_without_a_transaction_is_shown_since_it_was_first_seen()
    {
        await using var holder = await Session.OpenAsync(Database, "psql");
        await holder.ExecuteAsync(TakeInSession);
        await using var registry = Registry();
        var before = await Database.ScalarAsync<DateTime>("select clock_timestamp()");

        var first = await HolderAsync(registry);
        await holder.BeginAsync();
        await holder.ExecuteAsync("select 1");
        var second = await HolderAsync(registry);

        Assert.Equal((true, "idle"), (first.SinceFirstSeen, first.State));
        Assert.InRange(
            first.Since, new DateTimeOffset(before),
            new DateTimeOffset(await Database.ScalarAsync<DateTime>("select clock_timestamp()")));
        Assert.Equal((true, first.Since, "idle in transaction"), (second.SinceFirstSeen, second.Since, second.State));
        Assert.True(second.Held > first.Held);
        Assert.Contains("application 'psql', first seen 20", first.ToString());
    }

    [Fact]
    public async Task A_role_that_may_not_see_the_sessions_of_other_roles_still_sees_the_holder_and_since_when()
    {
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"grant usage on schema public, endpoint_sync to {role.Name}; "
            + $"grant select on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);

        var holder = await HolderAsync(registry);

        Assert.Equal(
            (worker.Session.ProcessId, "odoo", true), (holder.ProcessId, holder.Application, holder.SinceFirstSeen));
        Assert.Equal(await ActivityAsync(holder, "usename"), holder.Role);
        Assert.Equal((null, null, null), (holder.Client, holder.State, holder.Query));
        Assert.True(holder.IsSameHold(await HolderAsync(registry)));
    }

    [Fact]
    public async Task A_receipt_distinguishes_a_busy_lock_from_rows_that_are_open_elsewhere()
    {
        var endpoint = await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        await using var holder = await Session.InTransactionAsync(Database, TakeInTransaction);
        var busy = await registry.ReloadAsync();
        await holder.RollbackAsync();
        await using var editor = await Session.InTransactionAsync(
            Database, $"update fastapi_endpoint set description = 'x' where id = {endpoint}");
        var open = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Skipped, true, holder.ProcessId),
            (busy.Outcome, busy.LockWasBusy, busy.LockHolder!.ProcessId));
        Assert.Equal((ReloadOutcome.Skipped, false, null), (open.Outcome, open.LockWasBusy, open.LockHolder));
    }

    private static async Task<LockHolder> HolderAsync(TestRegistry registry) =>
        (await registry.Status.ReadAsync(TestContext.Current.CancellationToken)).LockHolder!;

    private async Task<string?> ActivityAsync(LockHolder holder, string column) =>
        Assert.Single(
            await Database.ListAsync($"select {column} from pg_stat_activity where pid = {holder.ProcessId}"));
}
