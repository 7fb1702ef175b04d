using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Upstream;

public sealed class LockTests : FreshDatabaseTests
{
    [Fact]
    public async Task A_single_writer_gets_the_lock_logs_before_it_commits_and_commits()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);

        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        var logged = Assert.Single(registry.Log.Entries, entry => entry.EventId == 1101);
        var before = await EndpointsAsync();
        await commit.EndAsync();
        var receipt = await reload.Within("the commit");

        Assert.Equal(new LogEntry(LogLevel.Information, 1101, "Synced 1 endpoints for test: version 0 to 1"), logged);
        Assert.Equal("1 /orders unsynced -> nothing", before);
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        Assert.Equal(ReloadOutcome.Synced, receipt.Outcome);
        Assert.Equal(0, await AdvisoryLocksAsync());
    }

    [Fact]
    public async Task A_lock_that_another_backend_holds_skips_the_sync_names_the_holder_and_leaves_it_pending()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var holder = await UpstreamWorker.StartAsync(Database);
        await holder.BeginAsync();
        Assert.True(await holder.TryLockAsync());
        await using var registry = Registry();
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        var before = await EverythingAsync();

        var receipt = await registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Skipped, receipt.Outcome);
        Assert.False(receipt.InSync);
        Assert.Contains($"backend {holder.Session.ProcessId} of role", receipt.Problem!.Detail);
        Assert.Contains("application 'odoo', in a transaction since", receipt.Problem.Detail);
        var logged = Assert.Single(registry.Log.Entries, entry => entry.EventId == 1102);
        Assert.Equal((LogLevel.Information, 1102), (logged.Level, logged.EventId));
        Assert.StartsWith(
            $"EndpointSync sync skipped for test: its lock is held by backend {holder.Session.ProcessId} ",
            logged.Message);
        Assert.Equal(before, await EverythingAsync());
        Assert.Equal(["the lock was busy"], await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_holder_and_the_one_that_is_skipped_are_different_backends()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var winner = LongTimeoutRegistry();
        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = winner.ReloadAsync();
        await commit.ReachedAsync();
        var holder = await Database.ScalarAsync<int>($"select pid from {Session.LocksHere} where {LockIsHeld}");
        await using var loser = await UpstreamWorker.StartAsync(Database);
        await loser.BeginAsync();

        Assert.False(await loser.TryLockAsync());
        Assert.NotEqual(holder, loser.Session.ProcessId);

        await commit.EndAsync();
        await reload.Within("the winner's commit");
        await loser.Session.RollbackAsync();
        await loser.BeginAsync();
        Assert.True(await loser.TryLockAsync());
    }

    [Fact]
    public async Task A_session_level_lock_of_another_backend_skips_the_sync_too()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var holder = await Session.OpenAsync(Database, "psql");
        await holder.ExecuteAsync($"select pg_advisory_lock({UpstreamWorker.LockKey})");
        await using var registry = Registry();

        var skipped = await registry.ReloadAsync();
        await holder.ExecuteAsync($"select pg_advisory_unlock({UpstreamWorker.LockKey})");
        var synced = await registry.ReloadAsync();

        Assert.Contains($"backend {holder.ProcessId} of role", skipped.Problem!.Detail);
        Assert.Contains("application 'psql', first seen ", skipped.Problem.Detail);
        Assert.Equal((ReloadOutcome.Skipped, ReloadOutcome.Synced), (skipped.Outcome, synced.Outcome));
        Assert.Null(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_same_lock_in_another_database_is_another_lock()
    {
        await using var elsewhere = await TestDatabase.CreateAsync();
        await using var holder = await Session.OpenAsync(elsewhere);
        await holder.ExecuteAsync($"select pg_advisory_lock({UpstreamWorker.LockKey})");
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();

        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_requested_fails_the_sync_closed_and_loudly()
    {
        var role = $"worker_of_{Database.Name}";
        await Database.ExecuteAsync(
            $"""
             create role {role};
             grant usage on schema endpoint_sync to {role};
             grant all on all tables in schema public, endpoint_sync to {role};
             grant all on all sequences in schema public, endpoint_sync to {role};
             grant execute on all functions in schema endpoint_sync to {role};
             revoke execute on function pg_try_advisory_xact_lock(bigint) from public;
             """);
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = new TestRegistry(
            Database, connectionString: $"{Database.ConnectionString};Options=-c role={role}");
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        var before = await EverythingAsync();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Failed, "42501"), (receipt.Outcome, receipt.Problem!.SqlState));
        Assert.StartsWith("The lock could not be requested, so nothing was written.", receipt.Problem.Meaning);
        var logged = Assert.Single(registry.Log.Entries, entry => entry.EventId == 1106);
        Assert.Equal(LogLevel.Warning, logged.Level);
        Assert.Contains("permission denied for function pg_try_advisory_xact_lock", logged.Message);
        Assert.Equal(before, await EverythingAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        await Database.ExecuteAsync("grant execute on function pg_try_advisory_xact_lock(bigint) to public");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }

    [Fact]
    public async Task An_endpoint_that_claims_to_be_synced_but_has_no_routes_is_synced_again_with_a_warning()
    {
        var id = await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = true");
        await using var registry = Registry();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.EndpointsSynced));
        var expected = new LogEntry(
            LogLevel.Warning, 1103,
            $"Endpoint 'orders' (id={id}) claims to be synced but has no routes - forcing re-sync");
        Assert.Contains(expected, registry.Log.Entries);
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
    }

    private const string LockIsHeld =
        "locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint << 32 | objid::bigint) = "
        + "3827055375235039567";

    private Task<long> AdvisoryLocksAsync() =>
        Database.ScalarAsync<long>($"select count(*) from {Session.LocksHere} where {LockIsHeld}");
}
