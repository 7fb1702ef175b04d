using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class OwedTests : RegistryTests
{
    [Fact]
    public async Task A_skipped_reload_is_owed_and_the_next_sync_settles_it()
    {
        await Database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            var skipped = await Registry.ReloadAsync();
            Assert.Equal(ReloadOutcome.Skipped, skipped.Outcome);
            Assert.Contains("backend", skipped.Problem!.Detail);
        }
        Assert.True(await OwedAsync());
        Assert.Empty(await Database.KeysAsync());

        await Registry.ReloadAsync();

        Assert.False(await OwedAsync());
    }

    [Fact]
    public async Task However_often_a_reload_is_skipped_one_row_says_so()
    {
        await Database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            for (var round = 0; round < 5; round++)
            {
                await Registry.ReloadAsync();
            }
        }

        Assert.Equal(1L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.requests"));
    }

    // The sync's look does not have the edit that the second request stands for, so that sync must not settle it.
    [Fact]
    public async Task A_request_behind_a_syncs_look_outlives_that_sync()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await Registry.Store.TryOweAsync("the first request");
        await using var connection = await Registry.Database.Source.OpenConnectionAsync(CancellationToken.None);
        var look = await RegistryLook.ReadAsync(Registry.Database, connection, ReloadScope.Everything, isTracked: true, CancellationToken.None);
        await Registry.Store.TryOweAsync("the second request");

        await new Settlement(Registry.Database, connection, look).RunAsync(left: [], isWritten: false, addVersion: null, CancellationToken.None);

        Assert.Equal(["the second request"], await Database.ListAsync("select reason from endpoint_sync.requests"));
    }

    [Fact]
    public async Task A_request_that_a_sync_is_settling_is_not_waited_for()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await Registry.Store.TryOweAsync("the first request");
        await using (var other = await Database.OpenAsync("delete from endpoint_sync.requests"))
        {
            await Registry.Store.TryOweAsync("the second request");
            await other.CommitAsync();
        }

        Assert.Equal(["the second request"], await Database.ListAsync("select reason from endpoint_sync.requests"));
    }

    [Fact]
    public async Task A_row_that_another_session_has_open_is_left_and_owed_and_the_rest_go_live()
    {
        var open = await Database.AddEndpointAsync("open", "/open");
        var free = await Database.AddEndpointAsync("free", "/free");
        await using (await Database.OpenAsync($"update fastapi_endpoint set name = 'edited' where id = {open}"))
        {
            var receipt = await Registry.ReloadAsync();
            Assert.Equal((ReloadOutcome.Synced, 1, 1, false), (receipt.Outcome, receipt.EndpointsSynced, receipt.EndpointsDeferred, receipt.InLine));
            Assert.Equal([StoredRows.KeyOf(free)], await Database.KeysAsync());
        }
        Assert.True(await OwedAsync());

        Assert.True((await Registry.ReloadAsync()).InLine);
        Assert.False(await OwedAsync());
    }

    private async Task<bool> OwedAsync() => await Registry.Status.OwedAsync(CancellationToken.None) is not null;

    private Task<OpenSession> HoldLockAsync() => Database.OpenAsync($"select pg_advisory_xact_lock({Registry.Database.LockKey})");
}
