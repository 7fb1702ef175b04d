using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OdooSignalTests : RegistryTests
{
    private const string LastValue = "select last_value from endpoint_route_version";
    private const string Bumped = "select version || ' ' || bumped_version from endpoint_sync.state";

    [Fact]
    public async Task The_sequence_is_bumped_once_after_the_commit_of_each_version()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));

        await Registry.ReloadAsync();

        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));
        Assert.Equal("1 1", await Database.ScalarAsync<string>(Bumped));
    }

    // Removing rows does not bump the sequence, so the only bump is the one after the commit. The test blocks it to see
    // what precedes it.
    [Fact]
    public async Task When_the_sequence_is_bumped_the_rows_are_already_committed()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set active = false");
        await using var holder = await Database.Source.OpenConnectionAsync(CancellationToken.None);
        await using var held = await holder.BeginTransactionAsync(CancellationToken.None);
        await using var hold = holder.CreateCommand();
        hold.CommandText = "alter sequence endpoint_route_version owned by none";
        await hold.ExecuteNonQueryAsync(CancellationToken.None);

        var reload = Registry.ReloadAsync();
        await Database.UntilBlockedAsync();

        Assert.Equal("2 1", await Database.ScalarAsync<string>(Bumped));
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(2L, await Database.ScalarAsync<long>(LastValue));
        await held.RollbackAsync(CancellationToken.None);
        Assert.Equal(2L, (await reload.Within("the reload")).Version.Value);
        Assert.Equal(3L, await Database.ScalarAsync<long>(LastValue));
    }

    [Fact]
    public async Task A_bump_that_a_crash_prevented_is_pending_and_made_by_the_next_reload()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_sync.state set bumped_version = 0");
        Assert.NotNull(await Registry.Status.PendingScopeAsync(CancellationToken.None));

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome);
        Assert.Equal(3L, await Database.ScalarAsync<long>(LastValue));
        Assert.Null(await Registry.Status.PendingScopeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_bump_that_fails_does_not_affect_the_version_and_is_logged()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set active = false; alter sequence endpoint_route_version rename to elsewhere");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2L), (receipt.Outcome, receipt.Version.Value));
        Assert.Contains("version 2", (await Registry.Log.FirstAsync(1107).Within("the warning")).Message);
        Assert.NotNull(await Registry.Status.PendingScopeAsync(CancellationToken.None));
        await Database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        await Registry.ReloadAsync();
        Assert.Equal("2 2", await Database.ScalarAsync<string>(Bumped));
    }

    [Fact]
    public async Task Odoos_second_channel_gets_one_row_for_each_version_where_it_exists()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now())");
        await Registry.ReloadAsync();
        Assert.Equal(0L, await FedAsync());

        await Database.AddEndpointAsync("two", "/b");
        await Database.AddEndpointAsync("three", "/c");
        await Registry.ReloadAsync();
        Assert.Equal(1L, await FedAsync());

        await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = false");
        await Registry.ReloadAsync();
        await Registry.ReloadAsync();
        Assert.Equal(1L, await FedAsync());
    }

    [Fact]
    public async Task Recorded_routes_without_an_effect_stay_due_until_the_second_channel_has_its_row()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.InstallTriggersAsync();
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now(), "
            + "constraint closed check (false))");
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('other:1', '/x', '{}', '{}')");
        await Database.ExecuteAsync("delete from endpoint_route where key = 'other:1'");

        Assert.Equal(ReloadOutcome.Failed, (await Registry.ReloadAsync()).Outcome);
        Assert.NotEqual(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));

        await Database.ExecuteAsync("alter table orm_signaling_routing drop constraint closed");
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));
        Assert.Equal(1L, await FedAsync());
    }

    private Task<long> FedAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
