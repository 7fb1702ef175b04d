using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OdooSignalTests : IAsyncLifetime
{
    private const string Drawn = "select last_value from endpoint_route_version";
    private const string Signalled = "select version || ' ' || signalled_version from endpoint_sync.state";

    private readonly TestDatabase _database = new();
    private TestRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _registry = new TestRegistry(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_sequence_is_drawn_once_after_the_commit_of_each_version()
    {
        await _database.AddEndpointAsync("one", "/a");
        await _registry.ReloadAsync();
        Assert.Equal(2L, await _database.ScalarAsync<long>(Drawn));

        await _registry.ReloadAsync();

        Assert.Equal(2L, await _database.ScalarAsync<long>(Drawn));
        Assert.Equal("1 1", await _database.ScalarAsync<string>(Signalled));
    }

    // Removing rows draws nothing by itself, so the only draw is the one behind the commit; it is held up here to look at what precedes it.
    [Fact]
    public async Task When_the_sequence_is_drawn_the_rows_are_committed_already()
    {
        await _database.AddEndpointAsync("one", "/a");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("update fastapi_endpoint set active = false");
        await using var holder = await _database.Source.OpenConnectionAsync(CancellationToken.None);
        await using var held = await holder.BeginTransactionAsync(CancellationToken.None);
        await using var hold = holder.CreateCommand();
        hold.CommandText = "alter sequence endpoint_route_version owned by none";
        await hold.ExecuteNonQueryAsync(CancellationToken.None);

        var reload = _registry.ReloadAsync();
        await _database.UntilBlockedAsync();

        Assert.Equal("2 1", await _database.ScalarAsync<string>(Signalled));
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(2L, await _database.ScalarAsync<long>(Drawn));
        await held.RollbackAsync(CancellationToken.None);
        Assert.Equal(2L, (await reload.Within("the reload")).Version.Value);
        Assert.Equal(3L, await _database.ScalarAsync<long>(Drawn));
    }

    [Fact]
    public async Task A_draw_that_a_crash_prevented_is_owed_and_made_by_the_next_reload()
    {
        await _database.AddEndpointAsync("one", "/a");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("update endpoint_sync.state set signalled_version = 0");
        Assert.True(await _registry.Status.IsOwedAsync(CancellationToken.None));

        var receipt = await _registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome);
        Assert.Equal(3L, await _database.ScalarAsync<long>(Drawn));
        Assert.False(await _registry.Status.IsOwedAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_draw_that_fails_costs_the_version_nothing_and_is_told()
    {
        await _database.AddEndpointAsync("one", "/a");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("update fastapi_endpoint set active = false; alter sequence endpoint_route_version rename to elsewhere");

        var receipt = await _registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 2L), (receipt.Outcome, receipt.Version.Value));
        Assert.Contains("version 2", (await _registry.Log.FirstAsync(1107).Within("the warning")).Message);
        Assert.True(await _registry.Status.IsOwedAsync(CancellationToken.None));
        await _database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        await _registry.ReloadAsync();
        Assert.Equal("2 2", await _database.ScalarAsync<string>(Signalled));
    }

    [Fact]
    public async Task Odoos_second_channel_is_fed_once_for_each_version_where_it_exists()
    {
        await _database.AddEndpointAsync("one", "/a");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("create table orm_signaling_routing (id serial primary key, date timestamp default now())");
        await _registry.ReloadAsync();
        Assert.Equal(0L, await FedAsync());

        await _database.AddEndpointAsync("two", "/b");
        await _database.AddEndpointAsync("three", "/c");
        await _registry.ReloadAsync();
        Assert.Equal(1L, await FedAsync());

        await _database.ExecuteAsync("update fastapi_endpoint set registry_sync = false");
        await _registry.ReloadAsync();
        await _registry.ReloadAsync();
        Assert.Equal(1L, await FedAsync());
    }

    private Task<long> FedAsync() => _database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
