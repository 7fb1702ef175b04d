using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class RetryTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.AddEndpointAsync("one", "/a");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("40P01")]
    [InlineData("40001")]
    [InlineData("23505")]
    [InlineData("53300")]
    [InlineData("57P03")]
    public async Task An_error_that_may_pass_is_retried(string sqlState)
    {
        await using var registry = new TestRegistry(_database);
        await _database.RefuseWritesAsync(sqlState, times: 2);

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 1L, 3), (receipt.Outcome, receipt.Version.Value, receipt.Timings.Attempts));
        Assert.Null(receipt.Problem);
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
    }

    [Fact]
    public async Task A_connection_that_an_administrator_terminates_is_replaced_and_the_sync_is_retried()
    {
        await using var registry = new TestRegistry(
            _database, new SyncOptions { LockTimeout = TimeSpan.FromSeconds(10) });
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await using var other = await _database.OpenAsync("select from endpoint_sync.state for no key update");
        var reload = registry.ReloadAsync();
        await _database.UntilBlockedAsync();

        await _database.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and "
            + "wait_event_type = 'Lock'");
        await other.CommitAsync();

        var receipt = await reload.Within("the reload");
        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.Timings.Attempts));
    }

    // The other session does not check for deadlocks itself, so the sync finds the deadlock and is refused.
    [Fact]
    public async Task A_deadlock_costs_the_sync_one_attempt_and_the_other_session_nothing()
    {
        await using var registry = new TestRegistry(
            _database, new SyncOptions { LockTimeout = TimeSpan.FromSeconds(10) });
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await _database.ExecuteAsync(
            "insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason) "
            + "values ('public', 'test', 'test')");
        await using var other = await _database.OpenAsync(
            "set local deadlock_timeout = '1min'; select from endpoint_sync.pending_syncs for update");
        var reload = registry.ReloadAsync();
        await _database.UntilBlockedAsync();

        await other.ExecuteAsync("select from endpoint_sync.state for no key update");
        await other.CommitAsync();

        var receipt = await reload.Within("the reload");
        Assert.Equal((ReloadOutcome.Synced, 2), (receipt.Outcome, receipt.Timings.Attempts));
        Assert.Contains("deadlock detected", Assert.Single(await _database.ErrorsAsync()));
    }

    [Fact]
    public async Task A_row_that_is_freed_in_time_costs_only_attempts()
    {
        await using var registry = new TestRegistry(
            _database, new SyncOptions { LockTimeout = TimeSpan.FromMilliseconds(20) });
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await using var other = await _database.OpenAsync("select from endpoint_sync.state for no key update");
        var reload = registry.ReloadAsync();
        await _database.UntilBlockedAsync();
        await other.CommitAsync();

        Assert.Equal(ReloadOutcome.Synced, (await reload.Within("the reload")).Outcome);
    }
}
