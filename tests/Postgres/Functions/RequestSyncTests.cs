using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Functions;

public sealed class RequestSyncTests : FreshDatabaseTests
{
    private const string RequestsSql =
        "select schema_name || ' ' || requested_by || ' ' || reason from endpoint_sync.pending_syncs order by id";

    [Fact]
    public async Task A_request_is_pending_from_its_commit_until_the_next_sync()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var registry = Registry();

        await session.ExecuteAsync("begin; select endpoint_sync.request_sync('deployed')");
        Assert.False(await IsPendingAsync(registry));
        await session.ExecuteAsync("commit");
        Assert.True(await IsPendingAsync(registry));
        Assert.Equal([$"public {session.Role} deployed"], await Database.ListAsync(RequestsSql));

        await registry.ReloadAsync();
        Assert.False(await IsPendingAsync(registry));
    }

    [Fact]
    public async Task A_request_that_is_rolled_back_does_not_count()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var registry = Registry();

        await session.ExecuteAsync("begin; select endpoint_sync.request_sync(); rollback");
        await session.RefusalAsync("begin; select endpoint_sync.request_sync(); select 1 / 0");

        Assert.False(await IsPendingAsync(registry));
    }

    [Fact]
    public async Task Repeated_requests_of_one_transaction_are_one_request()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            "begin; select endpoint_sync.request_sync(number::text) from generate_series(1, 1000) as number; commit");

        Assert.Equal([$"public {session.Role} 1"], await Database.ListAsync(RequestsSql));
    }

    [Theory]
    [InlineData("reset all")]
    [InlineData("set local endpoint_sync.requested = ''")]
    [InlineData("set session authorization default")]
    [InlineData("savepoint one")]
    [InlineData("select set_config('transaction_isolation', current_setting('transaction_isolation'), true)")]
    public async Task A_transaction_is_one_request_whatever_it_does_between_its_requests(string between)
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            $"""
             begin; select endpoint_sync.request_sync('first'); {between};
             select endpoint_sync.request_sync('second'); {between};
             select endpoint_sync.request_sync('third'); commit
             """);

        Assert.Equal([$"public {session.Role} first"], await Database.ListAsync(RequestsSql));
    }

    [Fact]
    public async Task A_transaction_may_request_syncs_of_several_registries()
    {
        await Database.ExecuteAsync("insert into endpoint_sync.state (schema_name) values ('other')");
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            """
            begin;
            select endpoint_sync.request_sync('a'), endpoint_sync.request_sync('b', 'other'),
              endpoint_sync.request_sync('c'), endpoint_sync.request_sync('d', 'other');
            commit
            """);

        Assert.Equal(
            [$"public {session.Role} a", $"other {session.Role} b"], await Database.ListAsync(RequestsSql));
    }

    [Fact]
    public async Task A_request_returns_the_version_at_its_time()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var registry = Registry();

        Assert.Equal(0L, await session.ScalarAsync<long>("select endpoint_sync.request_sync()"));
        await registry.ReloadAsync();
        Assert.Equal(1L, await session.ScalarAsync<long>("select endpoint_sync.request_sync()"));
    }

    // Odoo's cursors are such transactions. The other session's row and the state have changed since the snapshot was
    // taken.
    [Theory, InlineData("repeatable read"), InlineData("serializable")]
    public async Task A_request_never_fails_a_transaction_with_an_older_snapshot(string isolation)
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var registry = Registry();
        await Database.ExecuteAsync("select endpoint_sync.request_sync('somebody else')");

        await session.ExecuteAsync($"begin isolation level {isolation}; select endpoint_sync.current_version()");
        await registry.Session.TryRecordPendingAsync("renewed", new ReloadRequest());
        await registry.ReloadAsync();
        await session.ExecuteAsync("select endpoint_sync.request_sync('late'); commit");

        Assert.Equal([$"public {session.Role} late"], await Database.ListAsync(RequestsSql));
    }

    [Fact]
    public async Task Serializable_transactions_that_request_at_the_same_time_all_commit()
    {
        await using var first = await ForeignSession.OpenAsync(Database);
        await using var second = await ForeignSession.OpenAsync(Database);

        await first.ExecuteAsync("begin isolation level serializable; select endpoint_sync.request_sync('first')");
        await second.ExecuteAsync("begin isolation level serializable; select endpoint_sync.request_sync('second')");
        await first.ExecuteAsync("commit");
        await second.ExecuteAsync("commit");

        Assert.Equal(
            [$"public {first.Role} first", $"public {second.Role} second"], await Database.ListAsync(RequestsSql));
    }

    [Fact]
    public async Task A_request_is_repeated_only_after_a_rollback_to_a_savepoint_before_it()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            """
            begin; savepoint one; select endpoint_sync.request_sync('undone'); rollback to one;
            savepoint two; select endpoint_sync.request_sync('kept'); release two;
            select endpoint_sync.request_sync('again'); commit
            """);
        await session.ExecuteAsync("select endpoint_sync.request_sync('later')");

        Assert.Equal(
            [$"public {session.Role} kept", $"public {session.Role} later"], await Database.ListAsync(RequestsSql));
    }

    [Fact]
    public async Task An_open_transaction_with_a_request_blocks_no_sync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync("select endpoint_sync.request_sync('before')");
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var registry = Registry();

        await session.ExecuteAsync("begin; select endpoint_sync.request_sync('open')");
        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 1, true), (receipt.Outcome, receipt.Timings.Attempts, receipt.InSync));
        Assert.Empty(await Database.ListAsync(RequestsSql));
        await session.ExecuteAsync("commit");
        Assert.True(await IsPendingAsync(registry));
    }

    [Fact]
    public async Task A_request_is_notified_after_its_commit_with_the_schema()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await using var listener = await ForeignSession.OpenAsync(Database);
        await listener.ExecuteAsync("listen endpoint_sync");

        await session.ExecuteAsync("begin; select endpoint_sync.request_sync()");
        await listener.ExecuteAsync("select");
        Assert.Empty(listener.Notifications);
        await session.ExecuteAsync("commit");
        await listener.ReceiveAsync();

        Assert.Equal(["endpoint_sync: request public"], listener.Notifications);
    }

    [Fact]
    public async Task A_new_version_is_notified_after_its_commit_with_its_number_and_schema()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var listener = await ForeignSession.OpenAsync(Database);
        await listener.ExecuteAsync("listen endpoint_sync_version");
        await using var commit = await Pause.AtCommitAsync(Database);

        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        await listener.ExecuteAsync("select");
        Assert.Empty(listener.Notifications);
        await commit.EndAsync();
        await listener.ReceiveAsync();
        await reload.Within("the reload");
        await registry.ReloadAsync();
        await listener.ExecuteAsync("select");

        Assert.Equal(["endpoint_sync_version: 1 public"], listener.Notifications);
        Assert.Equal(1L, await listener.ScalarAsync<long>("select endpoint_sync.current_version()"));
    }

    [Fact]
    public async Task A_request_in_a_read_only_transaction_is_refused_with_the_reason()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        var refusal = await session.RefusalAsync("begin read only; select endpoint_sync.request_sync()");

        Assert.Equal(
            ("25006", "cannot execute INSERT in a read-only transaction"), (refusal.SqlState, refusal.MessageText));
    }

    [Fact]
    public async Task A_missing_reason_is_filled_in_and_a_long_one_is_cut()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync("select endpoint_sync.request_sync(null)");
        await session.ExecuteAsync("select endpoint_sync.request_sync(repeat('x', 100000))");

        Assert.Equal(
            ["no reason given", new string('x', 200)],
            await Database.ListAsync("select reason from endpoint_sync.pending_syncs order by id"));
    }

    private static async Task<bool> IsPendingAsync(TestRegistry registry) =>
        await registry.Status.PendingScopeAsync(CancellationToken.None) is not null;
}
