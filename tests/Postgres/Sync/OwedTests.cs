using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OwedTests : IAsyncLifetime
{
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
    public async Task A_skipped_reload_is_owed_and_the_next_sync_settles_it()
    {
        await _database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            var skipped = await _registry.ReloadAsync();
            Assert.Equal(ReloadOutcome.Skipped, skipped.Outcome);
            Assert.Contains("backend", skipped.Problem!.Detail);
        }
        Assert.True(await OwedAsync());
        Assert.Empty(await _database.KeysAsync());

        await _registry.ReloadAsync();

        Assert.False(await OwedAsync());
    }

    [Fact]
    public async Task However_often_a_reload_is_skipped_one_row_says_so()
    {
        await _database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            for (var round = 0; round < 5; round++)
            {
                await _registry.ReloadAsync();
            }
        }

        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from endpoint_sync.requests"));
    }

    // The sync's look does not have the edit that the second request stands for, so that sync must not settle it.
    [Fact]
    public async Task A_request_behind_a_syncs_look_outlives_that_sync()
    {
        await _registry.Preparation.EnsureAsync(CancellationToken.None);
        await _registry.Store.TryOweAsync("the first request");
        await using var connection = await _registry.Database.Source.OpenConnectionAsync(CancellationToken.None);
        var look = await RegistryLook.ReadAsync(_registry.Database, connection, CancellationToken.None);
        await _registry.Store.TryOweAsync("the second request");

        await new ReloadRequests(_registry.Database, connection).SettleAsync(look.Requests, CancellationToken.None);

        Assert.Equal(["the second request"], await _database.ListAsync("select reason from endpoint_sync.requests"));
    }

    [Fact]
    public async Task A_request_that_a_sync_is_settling_is_not_waited_for()
    {
        await _registry.Preparation.EnsureAsync(CancellationToken.None);
        await _registry.Store.TryOweAsync("the first request");
        await using (var other = await _database.OpenAsync("delete from endpoint_sync.requests"))
        {
            await _registry.Store.TryOweAsync("the second request");
            await other.CommitAsync();
        }

        Assert.Equal(["the second request"], await _database.ListAsync("select reason from endpoint_sync.requests"));
    }

    [Fact]
    public async Task A_row_that_another_session_has_open_is_left_and_owed_and_the_rest_go_live()
    {
        var open = await _database.AddEndpointAsync("open", "/open");
        var free = await _database.AddEndpointAsync("free", "/free");
        await using (await _database.OpenAsync($"update fastapi_endpoint set name = 'edited' where id = {open}"))
        {
            var receipt = await _registry.ReloadAsync();
            Assert.Equal((ReloadOutcome.Synced, 1, 1, false), (receipt.Outcome, receipt.EndpointsSynced, receipt.EndpointsDeferred, receipt.InLine));
            Assert.Equal([StoredRows.KeyOf(free)], await _database.KeysAsync());
        }
        Assert.True(await OwedAsync());

        Assert.True((await _registry.ReloadAsync()).InLine);
        Assert.False(await OwedAsync());
    }

    private Task<bool> OwedAsync() => _registry.Status.IsOwedAsync(CancellationToken.None);

    private Task<OpenSession> HoldLockAsync() => _database.OpenAsync($"select pg_advisory_xact_lock({_registry.Database.LockKey})");
}
