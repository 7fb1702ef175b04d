using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Functions;

public sealed class WaitForVersionTests : FreshDatabaseTests
{
    [Fact]
    public async Task A_wait_ends_when_the_version_is_committed()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = Registry();
        await using var session = await ForeignSession.OpenAsync(Database);

        var waited = session.ScalarAsync<bool>("select endpoint_sync.wait_for_version(1, '1 minute')");
        await Database.UntilAsync(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event = "
            + "'PgSleep')", "a session that waits");
        Assert.False(waited.IsCompleted);
        await registry.ReloadAsync();

        Assert.True(await waited.Within("the version"));
    }

    [Fact]
    public async Task An_existing_version_returns_true_at_once_and_one_that_does_not_come_returns_false()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        Assert.True(await session.ScalarAsync<bool>("select endpoint_sync.wait_for_version(0, '0')"));
        Assert.False(await session.ScalarAsync<bool>("select endpoint_sync.wait_for_version(1, '0')"));
        Assert.False(await session.ScalarAsync<bool>("select endpoint_sync.wait_for_version(1, '100 ms')"));
    }

    [Theory, InlineData("repeatable read", "REPEATABLE READ"), InlineData("serializable", "SERIALIZABLE")]
    public async Task A_transaction_that_could_never_see_the_version_is_refused_even_if_it_exists(
        string isolation, string named)
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        var refusal = await session.RefusalAsync(
            $"begin isolation level {isolation}; select endpoint_sync.wait_for_version(0)");

        Assert.Equal("25000", refusal.SqlState);
        Assert.StartsWith(
            $"A {named} transaction sees no version that was made after its first statement", refusal.MessageText);
        Assert.Contains(
            "Call wait_for_version in a READ COMMITTED transaction, or current_version in a new transaction each time.",
            refusal.MessageText);
    }

    [Theory]
    [InlineData("1, '61 seconds'", "The timeout '00:01:01' is not between 0 and 1 minute.")]
    [InlineData("1, '-1 second'", "The timeout '-00:00:01' is not between 0 and 1 minute.")]
    [InlineData("1, null", "The timeout NULL is not between 0 and 1 minute.")]
    [InlineData("null", "The version to wait for is null.")]
    public async Task An_invalid_argument_is_named(string arguments, string message)
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        Assert.Equal(
            message, (await session.RefusalAsync($"select endpoint_sync.wait_for_version({arguments})")).MessageText);
    }

    [Fact]
    public async Task A_read_only_transaction_may_call_every_function_but_request_sync()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            """
            begin read only;
            select endpoint_sync.lock_key(), endpoint_sync.try_lock(), endpoint_sync.current_version(),
              endpoint_sync.wait_for_version(0);
            commit
            """);
    }

    [Theory]
    [InlineData("current_version('nowhere')", "'nowhere'")]
    [InlineData("current_version(null)", "NULL")]
    [InlineData("current_version('PUBLIC')", "'PUBLIC'")]
    [InlineData(
        "current_version('x''; drop schema endpoint_sync cascade; --')",
        "'x''; drop schema endpoint_sync cascade; --'")]
    [InlineData("request_sync(schema_name => 'nowhere')", "'nowhere'")]
    [InlineData("wait_for_version(0, schema_name => 'nowhere')", "'nowhere'")]
    public async Task A_schema_without_a_registry_is_named_with_those_that_have_one(string call, string named)
    {
        await Database.ExecuteAsync("insert into endpoint_sync.state (schema_name) values ('other')");
        await using var session = await ForeignSession.OpenAsync(Database);

        var refusal = await session.RefusalAsync($"select endpoint_sync.{call}");

        Assert.Equal("22023", refusal.SqlState);
        Assert.Equal(
            $"No registry has its tables in schema {named}. Schemas with a registry: 'other', 'public'.",
            refusal.MessageText);
    }

    [Fact]
    public async Task A_schema_whose_name_must_be_quoted_is_found()
    {
        await Database.ExecuteAsync(
            "insert into endpoint_sync.state (schema_name, version) values ('Odoo \"2\" it''s', 7)");
        await using var session = await ForeignSession.OpenAsync(Database);
        await session.ExecuteAsync("listen endpoint_sync");

        Assert.Equal(7L, await session.ScalarAsync<long>("select endpoint_sync.current_version('Odoo \"2\" it''s')"));
        Assert.True(
            await session.ScalarAsync<bool>(
                "select endpoint_sync.wait_for_version(7, schema_name => 'Odoo \"2\" it''s')"));
        Assert.Equal(
            7L, await session.ScalarAsync<long>("select endpoint_sync.request_sync('asked', 'Odoo \"2\" it''s')"));
        await session.ReceiveAsync();
        Assert.Equal(["endpoint_sync: request Odoo \"2\" it's"], session.Notifications);
    }
}
