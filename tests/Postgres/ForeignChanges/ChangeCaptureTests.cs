using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

public sealed class ChangeCaptureTests : ForeignTests
{
    [Fact]
    public async Task The_writes_of_a_role_without_privileges_in_our_schema_are_recorded()
    {
        await using var registry = await InSyncAsync();
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"grant usage on schema public to {role.Name}; grant select, insert, update, delete on fastapi_endpoint, "
            + $"endpoint_route to {role.Name}; grant usage on all sequences in schema public to {role.Name}");
        await using var source = NpgsqlDataSource.Create(role.ConnectionString);

        await using (
            var edit = source.CreateCommand(
                "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1"))
        {
            await edit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using (var write = source.CreateCommand($"update endpoint_route set route = 'wrong' where {RowOfOrders}"))
        {
            await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [
                "UPDATE fastapi_endpoint awaits reload {1}",
                "UPDATE endpoint_route {fastapi.endpoint:1:/|/<path:application_path>}"], await PendingAsync());
        Assert.Equal(
            [role.Name, role.Name], await Database.ListAsync("select role from endpoint_sync.pending_changes"));
    }

    [Theory]
    [InlineData("drop table endpoint_sync.pending_changes cascade")]
    [InlineData("alter table endpoint_sync.pending_changes drop column keys")]
    [InlineData("drop function endpoint_sync.record_change")]
    [InlineData("alter table endpoint_sync.pending_changes add check (false) not valid")]
    public async Task A_writers_statement_succeeds_even_if_our_tables_are_damaged(string damage)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(damage);

        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/edited' where id = 1");
        await Database.ExecuteAsync("delete from endpoint_route");

        Assert.Equal("1 /edited synced -> nothing; 2 /bills synced -> nothing", await EndpointsAsync());
    }

    [Fact]
    public async Task A_statement_that_changes_nothing_of_a_route_is_not_recorded()
    {
        await using var registry = await InSyncAsync();

        await Database.ExecuteAsync(
            "update fastapi_endpoint set name = 'renamed', description = 'described', registry_sync = registry_sync");
        await Database.ExecuteAsync(
            "update endpoint_route set updated_at = now(), endpoint_hash = md5(key), route = route");
        await Database.ExecuteAsync("delete from endpoint_route where false");

        Assert.Empty(await PendingAsync());
    }

    [Theory]
    [InlineData("after insert", "referencing new table as new_rows", "endpoint_sync.record_route_changes", "")]
    [InlineData("after insert", "referencing new table as new_rows", "record_nothing", "when (true)")]
    [InlineData("before insert", "", "record_nothing", "when (true)")]
    public async Task A_trigger_of_our_name_that_does_something_else_is_replaced(
        string when, string rows, string function, string condition)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            $"""
             create function record_nothing() returns trigger language plpgsql as 'begin return null; end';
             drop trigger endpoint_sync_insert on endpoint_route;
             create trigger endpoint_sync_insert {when} on endpoint_route {rows}
             for each statement {condition} execute function {function}()
             """);
        Assert.False(await Database.ScalarAsync<bool>("select endpoint_sync.is_tracked('public')"));

        await registry.InstallTriggersAsync();
        await registry.ReloadAsync();
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('other:1', '/other')");

        Assert.True(await Database.ScalarAsync<bool>("select endpoint_sync.is_tracked('public')"));
        Assert.Equal(["INSERT endpoint_route {other:1}"], await PendingAsync());
    }

    [Fact]
    public async Task The_writes_of_a_sync_are_not_recorded()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1");
        await Database.ExecuteAsync("delete from fastapi_endpoint where id = 2");

        Assert.True((await registry.ReloadAsync()).InSync);

        Assert.Empty(await PendingAsync());
        Assert.Empty(await OutcomesAsync());
    }

    [Fact]
    public async Task A_statement_with_too_many_rows_to_list_is_recorded_as_everything()
    {
        await using var registry = await InSyncAsync();

        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route) select 'other:' || n, '/other/' || n "
            + "from generate_series(1, 10001) as n");

        Assert.Equal(["INSERT endpoint_route"], await PendingAsync());
        Assert.Equal(10001, (await registry.ReloadAsync(ReloadScope.Routes)).RoutesAdded);
    }

    [Fact]
    public async Task Truncated_rows_are_written_again()
    {
        await using var registry = await InSyncAsync();

        await Database.ExecuteAsync("truncate endpoint_route");

        Assert.True((await registry.ReloadAsync(ReloadScope.Routes)).InSync);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task A_role_that_may_not_install_triggers_logs_the_owners_statement_and_works_without_them()
    {
        await Database.ExecuteAsync("alter table fastapi_endpoint disable trigger user");
        await Database.AddEndpointAsync("orders", "/orders");
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"""
             grant usage on schema public, endpoint_sync to {role.Name};
             grant select, insert, update, delete on all tables in schema public, endpoint_sync to {role.Name};
             grant usage, select, update on all sequences in schema public, endpoint_sync to {role.Name};
             grant execute on all functions in schema endpoint_sync to {role.Name}
             """);
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);

        Assert.True((await registry.ReloadAsync()).InSync);
        await Database.ExecuteAsync("delete from endpoint_route");
        Assert.True((await registry.ReloadAsync(ReloadScope.Routes)).InSync);

        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        var logged = Assert.Single(registry.Log.Entries, entry => entry.EventId == 1702);
        var statement = logged.Message[logged.Message.IndexOf("SELECT", StringComparison.Ordinal)..];
        Assert.Equal("SELECT endpoint_sync.install_triggers('public');", statement);
        await Database.ExecuteAsync(statement);
        await registry.InstallTriggersAsync().Within("the triggers");
    }

    [Fact]
    public async Task Disabled_triggers_are_detected_at_once_and_the_whole_registry_is_checked()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("alter table endpoint_route disable trigger endpoint_sync_delete");
        await Database.ExecuteAsync("delete from endpoint_route");

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, true), (receipt.Outcome, receipt.InSync));
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        await registry.InstallTriggersAsync().Within("the triggers");
    }

    [Fact]
    public async Task The_writes_of_a_session_in_the_replica_role_are_recorded_too()
    {
        await using var registry = await InSyncAsync();

        await Database.ExecuteAsync(
            $"set session_replication_role = replica; delete from endpoint_route where {RowOfOrders}; set "
            + "session_replication_role = origin");

        Assert.Single(await PendingAsync());
    }

    [Fact]
    public async Task The_installation_of_triggers_does_not_wait_for_an_open_writer()
    {
        await Database.ExecuteAsync("create table other ()");
        await using var form = await Session.InTransactionAsync(
            Database,
            "insert into fastapi_endpoint (name, root_path, app, active) values ('orders', '/orders', 'api', true)");
        await using var registry = Registry();

        Assert.True((await registry.ReloadAsync()).InSync);
        await form.CommitAsync();
        Assert.True((await registry.ReloadAsync()).InSync);

        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task A_writer_in_a_copy_of_the_database_does_not_delay_the_triggers()
    {
        await using var copy = await TestDatabase.CreateAsync();
        await using var form = await Session.InTransactionAsync(
            copy, "lock table fastapi_endpoint in row exclusive mode");
        await using var registry = Registry();

        await registry.InstallTriggersAsync().Within("the triggers");

        const string number = "select 'fastapi_endpoint'::regclass::oid";
        Assert.Equal(await copy.ScalarAsync<uint>(number), await Database.ScalarAsync<uint>(number));
    }

    [Fact]
    public async Task Silos_that_start_together_wait_until_one_of_them_has_installed_the_triggers()
    {
        await using var first = Registry("silo-1");
        await using var second = Registry("silo-2");
        await using var pause = await PreparedWithoutTriggersAsync(first, second);
        var installation = first.InstallTriggersAsync();
        await pause.ReachedAsync();

        var start = second.InstallTriggersAsync();
        await Database.UntilBlockedAsync(count: 2);
        await pause.EndAsync();

        await Task.WhenAll(installation, start).Within("the triggers");
        Assert.DoesNotContain(second.Log.Entries, entry => entry.EventId == 1702);
        Assert.Empty(await Database.ErrorsAsync());
    }

    [Fact]
    public async Task A_sync_and_the_installation_of_triggers_exclude_each_other()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var first = Registry("silo-1");
        await using var second = Registry("silo-2");
        await using var pause = await PreparedWithoutTriggersAsync(first, second);
        await Database.AddEndpointAsync("bills", "/bills");
        var installation = first.InstallTriggersAsync();
        await pause.ReachedAsync();

        var meanwhile = await second.ReloadAsync();
        await pause.EndAsync();
        await installation.Within("the triggers");

        Assert.Equal(
            (ReloadOutcome.Skipped, "EndpointSync/silo-1"), (meanwhile.Outcome, meanwhile.LockHolder?.Application));
        Assert.Equal(ReloadOutcome.Synced, (await second.ReloadAsync()).Outcome);
        Assert.Empty(await Database.ErrorsAsync());
    }

    // The registries have prepared the database, and one trigger was dropped since. The session that creates it again
    // is stopped.
    private async Task<Pause> PreparedWithoutTriggersAsync(params TestRegistry[] registries)
    {
        foreach (var registry in registries)
        {
            await registry.InstallTriggersAsync().Within("the triggers");
        }

        await Database.ExecuteAsync("drop trigger endpoint_sync_delete on endpoint_route");
        return await Pause.AtInstallationAsync(Database);
    }
}
