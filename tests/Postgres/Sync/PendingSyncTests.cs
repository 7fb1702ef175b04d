using EndpointSync.Grains.Sync;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class PendingSyncTests : RegistryTests
{
    [Fact]
    public async Task Requests_without_number_are_fulfilled_in_batches_and_fail_no_reload()
    {
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason) "
            + "select 'public', 'flood', 'n' from generate_series(1, 25000)");

        var receipts = new List<ReloadReceipt>();
        while (receipts.Count < 3)
        {
            receipts.Add(await Registry.ReloadAsync());
        }

        Assert.All(receipts, receipt => Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome));
        Assert.Null(await Registry.Status.PendingScopeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_skipped_reload_leaves_a_pending_sync_that_the_next_sync_completes()
    {
        await Database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            var skipped = await Registry.ReloadAsync();
            Assert.Equal(ReloadOutcome.Skipped, skipped.Outcome);
            Assert.Contains("backend", skipped.Problem!.Detail);
        }
        Assert.True(await IsPendingAsync());
        Assert.Empty(await Database.KeysAsync());

        await Registry.ReloadAsync();

        Assert.False(await IsPendingAsync());
    }

    // The retry is a poll's, which allows nothing.
    [Fact]
    public async Task What_a_skipped_reload_allowed_is_allowed_to_its_retry_and_to_no_later_sync()
    {
        await DeclareAsync(40);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id % 2 = 0");
        await using (await HoldLockAsync())
        {
            var skipped = await Registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest(AllowMassRemoval: true));
            Assert.Equal(ReloadOutcome.Skipped, skipped.Receipt.Outcome);
            // Another caller's request renews the row.
            await Registry.ReloadAsync();
        }

        var retry = await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint");
        var later = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 20), (retry.Outcome, retry.RoutesRemoved));
        Assert.Equal(ReloadOutcome.Failed, later.Outcome);
    }

    [Fact]
    public async Task Repeatedly_skipped_reloads_leave_one_row()
    {
        await Database.AddEndpointAsync("one", "/a");
        await using (await HoldLockAsync())
        {
            for (var round = 0; round < 5; round++)
            {
                await Registry.ReloadAsync();
            }
        }

        Assert.Equal(1L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_syncs"));
    }

    // The sync's preflight does not contain the edit behind the second request, so that sync must not complete it.
    [Fact]
    public async Task A_request_after_a_syncs_preflight_outlives_that_sync()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await Registry.Session.TryRecordPendingAsync("the first request", new ReloadRequest());
        await using var connection = await Registry.Database.Source.OpenConnectionAsync(CancellationToken.None);
        var preflight = await SyncPreflight.ReadAsync(
            Registry.Database, connection, ReloadScope.Everything, isTracked: true,
            Registry.Database.Limits.EndpointsPerTransaction, CancellationToken.None);
        await Registry.Session.TryRecordPendingAsync("the second request", new ReloadRequest());

        await new SyncBookkeeping(
            Registry.Database, connection, preflight.IsTracked, preflight.Requests.Ids).RunAsync(
            preflight.Due, left: [], isWritten: false, changes: [], addVersion: null, CancellationToken.None);

        Assert.Equal(
            ["the second request"], await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
    }

    [Fact]
    public async Task A_new_request_does_not_wait_for_the_sync_that_completes_an_older_one()
    {
        await Registry.Preparation.EnsureAsync(CancellationToken.None);
        await Registry.Session.TryRecordPendingAsync("the first request", new ReloadRequest());
        await using (var other = await Database.OpenAsync("delete from endpoint_sync.pending_syncs"))
        {
            await Registry.Session.TryRecordPendingAsync("the second request", new ReloadRequest());
            await other.CommitAsync();
        }

        Assert.Equal(
            ["the second request"], await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
    }

    [Fact]
    public async Task A_row_that_another_session_has_open_stays_pending_and_the_rest_go_live()
    {
        var open = await Database.AddEndpointAsync("open", "/open");
        var free = await Database.AddEndpointAsync("free", "/free");
        await using (await Database.OpenAsync($"update fastapi_endpoint set name = 'edited' where id = {open}"))
        {
            var receipt = await Registry.ReloadAsync();
            Assert.Equal(
                (ReloadOutcome.Synced, 1, 1, false),
                (receipt.Outcome, receipt.EndpointsSynced, receipt.EndpointsDeferred, receipt.InSync));
            Assert.Equal([StoredRows.KeyOf(free)], await Database.KeysAsync());
        }
        Assert.True(await IsPendingAsync());

        Assert.True((await Registry.ReloadAsync()).InSync);
        Assert.False(await IsPendingAsync());
    }

    private Task DeclareAsync(int endpoints) => Database.ExecuteAsync(
        "insert into fastapi_endpoint (name, root_path, app, active) "
        + $"select 'endpoint ' || n, '/path-' || n, 'api', true from generate_series(1, {endpoints}) as n");

    private async Task<bool> IsPendingAsync() =>
        await Registry.Status.PendingScopeAsync(CancellationToken.None) is not null;

    private Task<OpenSession> HoldLockAsync() =>
        Database.OpenAsync($"select pg_advisory_xact_lock({Registry.Database.LockKey})");
}
