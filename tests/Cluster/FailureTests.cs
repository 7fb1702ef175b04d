using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster;

public sealed class FailureTests
{
    private const int InSyncEvent = 1301;

    [Fact]
    public async Task A_failed_sync_fails_its_own_callers_and_the_next_one_succeeds()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: ShortTimeouts());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);

        var failed = await cluster.ReloadAsync();
        await held.OpenAsync();
        var next = await cluster.ReloadAsync();

        Assert.Equal((ReloadOutcome.Failed, "55P03"), (failed.Outcome, failed.Problem!.SqlState));
        Assert.True(next.InSync);
        Assert.Equal(new RouteVersion(1), next.Version);
    }

    [Fact]
    public async Task A_busy_lock_is_answered_at_once_and_the_registry_syncs_by_itself_when_the_lock_is_free()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var skipped = await cluster.ReloadAsync();
        await busy.ReleaseAsync();
        await cluster.Log.FirstAsync(InSyncEvent).Within("the retry after the skipped reload");

        Assert.Equal(ReloadOutcome.Skipped, skipped.Outcome);
        Assert.Contains("backend", skipped.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_syncs"));
    }

    [Fact]
    public async Task A_skipped_reload_outlives_the_activation_that_answered_it()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        Assert.Equal(ReloadOutcome.Skipped, (await cluster.ReloadAsync()).Outcome);

        await cluster.DeactivateCoordinatorAsync();
        await busy.ReleaseAsync();

        await cluster.Database.UntilAsync(
            "select version = 1 from endpoint_sync.state", "a poll that runs the pending sync");
    }

    [Fact]
    public async Task A_retry_whose_work_a_reload_has_done_publishes_no_later_edit()
    {
        var limits = SyncCluster.WithoutPoll();
        limits.RetryDelay = limits.MaxRetryDelay = TimeSpan.FromSeconds(10);
        await using var cluster = await SyncCluster.StartAsync(limits: limits);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        Assert.Equal(ReloadOutcome.Skipped, (await cluster.ReloadAsync()).Outcome);
        await busy.ReleaseAsync();
        Assert.Equal(ReloadOutcome.Synced, (await cluster.ReloadAsync()).Outcome);
        await cluster.Database.AddEndpointAsync("later", "/later");

        var ended = await cluster.Log.FirstAsync(InSyncEvent).Within("the end of the retries");

        Assert.Contains("at version 1 after 0 background retries", ended.Message, StringComparison.Ordinal);
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.False(
            await cluster.Database.ScalarAsync<bool>(
                "select registry_sync from fastapi_endpoint where name = 'later'"));
    }

    [Fact]
    public async Task A_stopping_silo_completes_the_running_sync_of_its_coordinator()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 3);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var running = cluster.ReloadAsync();
        await held.ReachedAsync();

        var stopping = cluster.StopAsync(cluster.CoordinatorSilo());
        await held.OpenAsync();
        await stopping;

        Assert.Equal(new RouteVersion(1), (await running).Version);
        Assert.True((await cluster.ReloadAsync()).InSync);
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
    }

    private static SyncOptions ShortTimeouts()
    {
        var limits = SyncCluster.LongTimeouts();
        limits.LockTimeout = TimeSpan.FromMilliseconds(100);
        limits.StatementTimeout = TimeSpan.FromMilliseconds(400);
        limits.Deadline = TimeSpan.FromMilliseconds(500);
        return limits;
    }
}
