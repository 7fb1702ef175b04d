using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OdooSignalTests : RegistryTests
{
    private const string Drawn = "select last_value from endpoint_route_version";
    private const string Signalled = "select version || ' ' || signalled_version from endpoint_sync.state";

    [Fact]
    public async Task The_sequence_is_drawn_once_after_the_commit_of_each_version()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        Assert.Equal(2L, await Database.ScalarAsync<long>(Drawn));

        await Registry.ReloadAsync();

        Assert.Equal(2L, await Database.ScalarAsync<long>(Drawn));
        Assert.Equal("1 1", await Database.ScalarAsync<string>(Signalled));
    }

    // Removing rows draws nothing by itself, so the only draw is the one behind the commit; it is held up here to look at what precedes it.
    [Fact]
    public async Task When_the_sequence_is_drawn_the_rows_are_committed_already()
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

        Assert.Equal("2 1", await Database.ScalarAsync<string>(Signalled));
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(2L, await Database.ScalarAsync<long>(Drawn));
        await held.RollbackAsync(CancellationToken.None);
        Assert.Equal(2L, (await reload.Within("the reload")).Version.Value);
        Assert.Equal(3L, await Database.ScalarAsync<long>(Drawn));
    }

    [Fact]
    public async Task A_draw_that_a_crash_prevented_is_owed_and_made_by_the_next_reload()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_sync.state set signalled_version = 0");
        Assert.NotNull(await Registry.Status.OwedAsync(CancellationToken.None));

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome);
        Assert.Equal(3L, await Database.ScalarAsync<long>(Drawn));
        Assert.Null(await Registry.Status.OwedAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_draw_that_fails_costs_the_version_nothing_and_is_told()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set active = false; alter sequence endpoint_route_version rename to elsewhere");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2L), (receipt.Outcome, receipt.Version.Value));
        Assert.Contains("version 2", (await Registry.Log.FirstAsync(1107).Within("the warning")).Message);
        Assert.NotNull(await Registry.Status.OwedAsync(CancellationToken.None));
        await Database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        await Registry.ReloadAsync();
        Assert.Equal("2 2", await Database.ScalarAsync<string>(Signalled));
    }

    [Fact]
    public async Task Odoos_second_channel_is_fed_once_for_each_version_where_it_exists()
    {
        await Database.AddEndpointAsync("one", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("create table orm_signaling_routing (id serial primary key, date timestamp default now())");
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

    private Task<long> FedAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
