using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class FailureTests : IAsyncLifetime
{
    private static readonly SyncOptions Soon =
        new() { Deadline = TimeSpan.FromMilliseconds(700), LockTimeout = TimeSpan.FromMilliseconds(50) };

    private readonly TestDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.AddEndpointAsync("one", "/a");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_row_that_stays_locked_fails_the_reload_at_its_deadline_and_the_sync_stays_pending()
    {
        await using var registry = new TestRegistry(_database, Soon);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await using (await _database.OpenAsync("select from endpoint_sync.state for no key update"))
        {
            await FailsAsync(
                registry, "55P03", "Another session held a row for longer than EndpointSync:Sync:LockTimeout.",
                retried: true);
        }

        Assert.NotNull(await registry.Status.PendingScopeAsync(CancellationToken.None));
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        Assert.Null(await registry.Status.PendingScopeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_conflict_that_never_ends_fails_the_reload_at_its_deadline()
    {
        await using var registry = new TestRegistry(_database, Soon);
        await _database.AddForeignRouteAsync("endpoint.endpoint:5:/a", "/a/|/a/<path:application_path>");
        await _database.ExecuteAsync("create unique index one_route on endpoint_route (route)");

        await FailsAsync(registry, "23505", "Another transaction inserted the same row.", retried: true);

        Assert.Equal(["1 false"], await _database.FlagsAsync());
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_fails_the_reload_at_once()
    {
        await using var registry = new TestRegistry(_database, new SyncOptions
        {
            StatementTimeout = TimeSpan.FromMilliseconds(100),
            LockTimeout = TimeSpan.FromSeconds(10),
        });
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await using (await _database.OpenAsync("select from endpoint_sync.state for no key update"))
        {
            await FailsAsync(registry, "57014", "A statement took longer than EndpointSync:Sync:StatementTimeout");
        }
    }

    [Fact]
    public async Task A_blocked_preflight_fails_the_reload_at_its_deadline()
    {
        await using var registry = new TestRegistry(_database, Soon);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await using (await _database.OpenAsync("lock table fastapi_endpoint in access exclusive mode"))
        {
            await FailsAsync(registry, null, "Postgres did not answer in time.");
        }

        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task An_unreachable_server_fails_the_reload_at_its_deadline()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Port = LoopbackPort.PickFree() };
        await using var registry = new TestRegistry(_database, Soon, connectionString: nowhere.ConnectionString);

        await FailsAsync(registry, null, "Postgres could not be reached, or the connection broke.", retried: true);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_fails_the_reload_at_once()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = "no_such_database" };
        await using var registry = new TestRegistry(_database, connectionString: nowhere.ConnectionString);

        await FailsAsync(registry, "3D000", "The registry's database does not exist.");
    }

    [Fact]
    public async Task A_wrong_password_fails_the_reload_at_once()
    {
        var wrong = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Password = "wrong" };
        await using var registry = new TestRegistry(_database, connectionString: wrong.ConnectionString);

        await FailsAsync(registry, "28P01", "Postgres does not accept the registry's role or password.");
    }

    [Fact]
    public async Task A_server_that_stays_read_only_is_reported_as_such()
    {
        await using var registry = new TestRegistry(_database);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await _database.ExecuteAsync($"alter database {_database.Name} set default_transaction_read_only = on");
        await using var later = new TestRegistry(_database);

        await FailsAsync(
            later, "25006",
            "The session may not write: the server is a standby, or default_transaction_read_only is set.",
            retried: true);
    }

    [Fact]
    public async Task A_privilege_that_is_taken_away_fails_the_reload_at_once()
    {
        await using var role = await TestRole.CreateAsync(_database);
        await _database.ExecuteAsync(
            $"grant usage on schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var registry = new TestRegistry(_database, connectionString: role.ConnectionString);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await _database.ExecuteAsync($"revoke insert on endpoint_route from {role.Name}");

        var problem = await FailsAsync(registry, "42501", "The registry's database role lacks a privilege.");

        Assert.Equal("permission denied for table endpoint_route", problem.Detail);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_requested_is_a_failure_and_never_an_unlocked_write()
    {
        await using var role = await TestRole.CreateAsync(_database);
        await _database.ExecuteAsync(
            $"grant usage on schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}; revoke execute on function "
            + "pg_try_advisory_xact_lock(bigint) from public");
        await using var registry = new TestRegistry(_database, connectionString: role.ConnectionString);

        await FailsAsync(
            registry, "42501",
            "The lock could not be requested, so nothing was written. The registry's database role lacks a privilege.");

        Assert.Contains("nothing was written", (await registry.Log.FirstAsync(1106).Within("the warning")).Message);
        Assert.Empty(await _database.KeysAsync());
    }

    [Fact]
    public async Task Our_tables_that_were_dropped_are_created_again_by_the_reload_after_the_one_that_fails()
    {
        await using var registry = new TestRegistry(_database);
        await registry.ReloadAsync();
        await _database.ExecuteAsync("drop schema endpoint_sync cascade");

        await FailsAsync(registry, "42P01", "A table or column that the sync needs is missing.");

        var receipt = await registry.ReloadAsync();
        Assert.Equal((ReloadOutcome.Synced, 1L), (receipt.Outcome, receipt.Version.Value));
    }

    [Fact]
    public async Task A_version_row_that_was_deleted_is_created_again_by_the_reload_after_the_one_that_fails()
    {
        await using var registry = new TestRegistry(_database);
        await registry.Preparation.EnsureAsync(CancellationToken.None);
        await _database.ExecuteAsync("delete from endpoint_sync.state");

        var problem = await FailsAsync(registry, null, "The registry cannot be used as it is.");

        Assert.Contains("endpoint_sync.state", problem.Detail);
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    private static async Task<ReloadProblem> FailsAsync(
        TestRegistry registry, string? sqlState, string meaning, bool retried = false)
    {
        var receipt = await registry.ReloadAsync().Within("a receipt");

        Assert.Equal((ReloadOutcome.Failed, sqlState), (receipt.Outcome, receipt.Problem?.SqlState));
        Assert.StartsWith(meaning, receipt.Problem!.Meaning);
        Assert.EndsWith("The registry stays due and is retried.", receipt.Problem.Meaning);
        Assert.False(receipt.InSync);
        Assert.Equal(retried, receipt.Timings.Attempts > 1);
        Assert.Contains(meaning, (await registry.Log.FirstAsync(1201).Within("the warning")).Message);
        return receipt.Problem;
    }
}
