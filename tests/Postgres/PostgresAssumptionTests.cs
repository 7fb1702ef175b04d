using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres;

/// <summary>The server behavior that EndpointSync relies on, each part proved by itself.</summary>
public sealed class PostgresAssumptionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Under_READ_COMMITTED_the_statement_after_an_advisory_lock_sees_what_the_last_holder_committed()
    {
        await database.ExecuteAsync("create table seen (holder integer)");
        await using var last = await Session.InTransactionAsync(database, "select pg_advisory_xact_lock(1)");
        await last.ExecuteAsync("insert into seen values (1)");
        await using var next = await Session.InTransactionAsync(database, "select from seen");
        Assert.False(await next.ScalarAsync<bool>("select pg_try_advisory_xact_lock(1)"));

        await last.CommitAsync();

        Assert.True(await next.ScalarAsync<bool>("select pg_try_advisory_xact_lock(1)"));
        Assert.Equal(1, await next.ScalarAsync<long>("select count(*) from seen"));
    }

    [Fact]
    public async Task Under_REPEATABLE_READ_a_snapshot_older_than_the_lock_does_not_see_the_last_holders_commit()
    {
        await database.ExecuteAsync("create table unseen (holder integer)");
        await using var last = await Session.InTransactionAsync(database, "select pg_advisory_xact_lock(2)");
        await last.ExecuteAsync("insert into unseen values (1)");
        await using var next = await Session.OpenAsync(database);
        await next.BeginAsync("repeatable read");
        await next.ExecuteAsync("select from unseen");

        await last.CommitAsync();

        Assert.True(await next.ScalarAsync<bool>("select pg_try_advisory_xact_lock(2)"));
        Assert.Equal(0, await next.ScalarAsync<long>("select count(*) from unseen"));
    }

    [Fact]
    public async Task Under_READ_COMMITTED_the_statement_that_waits_for_a_lock_does_not_see_the_last_holders_commit()
    {
        await database.ExecuteAsync("create table early (holder integer)");
        await using var last = await Session.InTransactionAsync(database, "select pg_advisory_xact_lock(3)");
        await last.ExecuteAsync("insert into early values (1)");
        await using var next = await Session.OpenAsync(database);
        var inOne = next.ScalarAsync<long>(
            "with lock as materialized (select pg_advisory_xact_lock_shared(3)) select count(*) from lock left join "
            + "early on true where holder = 1");
        await database.UntilBlockedAsync();

        await last.CommitAsync();

        Assert.Equal(0, await inOne.Within("the lock"));
    }

    [Fact]
    public async Task A_sequences_number_shows_before_the_commit_and_stays_after_a_rollback()
    {
        await database.ExecuteAsync("create sequence shown start with 1");
        await database.ExecuteAsync("select nextval('shown')");
        await using var writer = await Session.InTransactionAsync(database, "select nextval('shown')");

        Assert.Equal(2, await database.ScalarAsync<long>("select last_value from shown"));
        await writer.RollbackAsync();
        Assert.Equal(2, await database.ScalarAsync<long>("select last_value from shown"));
    }

    [Fact]
    public async Task A_sequences_current_number_is_visible_even_in_an_old_snapshot()
    {
        await database.ExecuteAsync("create sequence present start with 1");
        await using var reader = await Session.OpenAsync(database);
        await reader.BeginAsync("repeatable read");
        await reader.ExecuteAsync("select from fastapi_endpoint");

        await database.ExecuteAsync("select nextval('present'), nextval('present')");

        Assert.Equal(2, await reader.ScalarAsync<long>("select last_value from present"));
    }

    [Fact]
    public async Task The_first_nextval_of_a_sequence_leaves_its_number_unchanged()
    {
        await database.ExecuteAsync("create sequence first start with 1");
        const string state = "select last_value || ' ' || is_called from first";
        var before = await database.ScalarAsync<string>(state);

        Assert.Equal(1, await database.ScalarAsync<long>("select nextval('first')"));

        Assert.Equal(("1 false", "1 true"), (before, await database.ScalarAsync<string>(state)));
    }

    [Fact]
    public async Task SKIP_LOCKED_skips_a_row_that_another_session_has_open()
    {
        await database.ExecuteAsync("create table skipped as select id, id as value from generate_series(1, 3) as id");
        await using var open = await Session.InTransactionAsync(database, "update skipped set value = 0 where id = 2");

        Assert.Equal(
            ["1", "3"], await database.ListAsync("select id from skipped order by id for no key update skip locked"));
    }

    [Fact]
    public async Task FOR_NO_KEY_UPDATE_does_not_block_a_foreign_key_check_and_FOR_UPDATE_does()
    {
        await database.ExecuteAsync(
            "create table parent (id integer primary key); create table child (parent integer references parent); "
            + "insert into parent values (1), (2)");
        await using var mild = await Session.InTransactionAsync(
            database, "select from parent where id = 1 for no key update");
        await using var strict = await Session.InTransactionAsync(
            database, "select from parent where id = 2 for update");
        await using var adding = await Session.InTransactionAsync(database, "set local lock_timeout = '100ms'");

        await adding.ExecuteAsync("insert into child values (1)");
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => adding.ExecuteAsync("insert into child values (2)"));

        Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
    }

    [Fact]
    public async Task An_insert_waits_until_lock_timeout_for_the_same_row_uncommitted_in_another_session()
    {
        await database.ExecuteAsync("create table once (key text primary key)");
        await using var first = await Session.InTransactionAsync(database, "insert into once values ('a')");
        await using var second = await Session.InTransactionAsync(database, "set local lock_timeout = '100ms'");
        await second.ExecuteAsync("savepoint before_insert");

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => second.ExecuteAsync("insert into once values ('a') on conflict do nothing"));

        Assert.Equal("55P03", refused.SqlState);
        await second.ExecuteAsync("rollback to before_insert");
        await second.ExecuteAsync("insert into once values ('b')");
    }

    [Fact]
    public async Task ON_CONFLICT_DO_NOTHING_waits_for_a_session_that_is_changing_the_row()
    {
        await database.ExecuteAsync(
            "create table changed (key text primary key, value integer); insert into changed values ('a', 1)");
        await using var changing = await Session.InTransactionAsync(database, "update changed set value = 2");
        await using var adding = await Session.InTransactionAsync(database, "set local lock_timeout = '100ms'");

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => adding.ExecuteAsync("insert into changed values ('a', 3) on conflict do nothing"));

        Assert.Equal("55P03", refused.SqlState);
    }

    [Fact]
    public async Task A_transaction_that_is_idle_too_long_is_terminated_and_its_advisory_lock_is_released()
    {
        await using var frozen = await Session.InTransactionAsync(
            database, "select set_config('idle_in_transaction_session_timeout', '100', true)");
        await frozen.ExecuteAsync("select pg_advisory_xact_lock(4)");
        await using var other = await Session.OpenAsync(database);

        await other.ExecuteAsync("select pg_advisory_lock(4)").Within("the frozen session's lock");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => frozen.ExecuteAsync("select 1"));
        Assert.Equal("25P03", refused.SqlState);
    }

    [Fact]
    public async Task A_setting_made_for_the_transaction_ends_with_it()
    {
        await using var session = await Session.InTransactionAsync(
            database, "select set_config('lock_timeout', '123', true)");
        Assert.Equal("123ms", await session.ScalarAsync<string>("show lock_timeout"));

        await session.CommitAsync();

        Assert.Equal("0", await session.ScalarAsync<string>("show lock_timeout"));
    }

    [Fact]
    public async Task A_setting_made_after_a_savepoint_ends_with_the_rollback_to_it()
    {
        await using var session = await Session.InTransactionAsync(database, "set local lock_timeout = '1s'");
        await session.ExecuteAsync("savepoint here; set local lock_timeout = '100ms'");

        await session.ExecuteAsync("rollback to here");

        Assert.Equal("1s", await session.ScalarAsync<string>("show lock_timeout"));
    }

    [Theory]
    [InlineData("pg_advisory_lock", "pg_try_advisory_xact_lock")]
    [InlineData("pg_advisory_xact_lock", "pg_try_advisory_lock")]
    public async Task Session_level_and_transaction_level_locks_of_one_key_exclude_each_other(string held, string tried)
    {
        await using var holder = await Session.InTransactionAsync(database, $"select {held}(5)");
        await using var other = await Session.OpenAsync(database);
        Assert.False(await other.ScalarAsync<bool>($"select {tried}(5)"));

        await holder.ExecuteAsync("commit; select pg_advisory_unlock_all()");

        Assert.True(await other.ScalarAsync<bool>($"select {tried}(5)"));
        await other.ExecuteAsync("select pg_advisory_unlock_all()");
    }

    [Fact]
    public async Task A_transaction_level_lock_ends_with_a_rollback_and_with_the_backend()
    {
        await using var first = await Session.InTransactionAsync(database, "select pg_advisory_xact_lock(6)");
        await first.RollbackAsync();
        await using var second = await Session.InTransactionAsync(database, "select pg_advisory_xact_lock(6)");
        await using var third = await Session.OpenAsync(database);
        Assert.False(await third.ScalarAsync<bool>("select pg_try_advisory_lock(6)"));

        await database.ExecuteAsync($"select pg_terminate_backend({second.ProcessId})");

        await third.ExecuteAsync("select pg_advisory_lock(6)").Within("the lock of the terminated backend");
    }
}
