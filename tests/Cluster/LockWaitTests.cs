using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Cluster;

public sealed class LockWaitTests
{
    private const int SkippedEvent = 1102;

    private static readonly long LockKey = AdvisoryLockKey.Of(RegistryOptions.DefaultLockName);

    [Fact]
    public async Task Hundreds_of_waiting_callers_hold_nothing_in_Postgres_and_share_one_sync_when_the_lock_is_free()
    {
        const int callers = 200;
        await using var cluster = await SyncCluster.StartAsync(silos: 3, limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var waiting = Enumerable.Range(0, callers)
            .Select(caller => ReloadAsync(cluster, caller % 3, Deadline.MaxWait))
            .ToList();
        await cluster.UntilWaitingForLockAsync(callers);
        var inTransaction = await cluster.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name like "
            + "'EndpointSync/%' and state like 'idle in transaction%'");
        var locks = await cluster.Database.ScalarAsync<long>(
            $"select count(*) from pg_locks where locktype = 'advisory' and (classid::bigint << 32 | objid::bigint) = "
            + $"{LockKey} and database = (select oid from pg_database where datname = current_database())");
        var skipped = Skipped(cluster);
        await busy.ReleaseAsync();
        var receipts = await Task.WhenAll(waiting).Within("the receipts of all waiting callers");

        Assert.Equal((0L, 1L), (inTransaction, locks));
        Assert.All(receipts, receipt => Assert.Equal((true, 1L), (receipt.InSync, receipt.Version.Value)));
        Assert.Equal(
            1, await cluster.Database.ScalarAsync<int>("select count(*)::integer from endpoint_sync.versions"));
        Assert.Equal(skipped, Skipped(cluster));
        Assert.Empty(await cluster.Database.ErrorsAsync());
    }

    [Fact]
    public async Task A_free_lock_costs_no_wait()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);
        await cluster.Database.AddEndpointAsync("orders", "/orders");

        var receipt = await ReloadAsync(cluster, silo: 0, Deadline.MaxWait);

        Assert.Equal((ReloadOutcome.Synced, TimeSpan.Zero), (receipt.Outcome, receipt.Timings.LockWait));
    }

    [Fact]
    public async Task A_receipt_says_how_long_its_reload_waited_for_the_lock()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1, limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        var waiting = ReloadAsync(cluster, silo: 0, Deadline.MaxWait);
        await cluster.UntilWaitingForLockAsync(1);
        await busy.ReleaseAsync();
        var receipt = await waiting.Within("the receipt");

        Assert.True(receipt.InSync);
        Assert.InRange(receipt.Timings.LockWait, TimeSpan.FromTicks(1), Deadline.MaxWait);
    }

    // A reload waits for another silo's lock until its deadline. Any role may call itself a silo.
    [Fact]
    public async Task A_holder_that_only_calls_itself_a_silo_is_not_waited_for()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1, limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var role = await TestRole.CreateAsync(cluster.Database);
        await using var impostor = new NpgsqlConnection(
            $"{role.ConnectionString};Application Name=EndpointSync/{cluster.Silo(0).Name};Pooling=false");
        await impostor.OpenAsync(TestContext.Current.CancellationToken);
        await impostor.ExecuteAsync(
            $"select pg_advisory_lock({AdvisoryLockKey.Of(RegistryOptions.DefaultLockName)})",
            TestContext.Current.CancellationToken);

        var begun = TimeProvider.System.GetTimestamp();
        var receipt = await cluster.ReloadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ReloadOutcome.Skipped, receipt.Outcome);
        Assert.InRange(
            TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, SyncCluster.LongTimeouts().Deadline / 2);
    }

    [Fact]
    public async Task A_lock_that_stays_busy_is_waited_for_until_the_timeout_and_its_holder_is_named()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var receipt = await ReloadAsync(cluster, silo: 1, TimeSpan.FromMilliseconds(300)).Within(
            "the receipt of a reload that waited in vain");

        Assert.Equal((ReloadOutcome.Skipped, true), (receipt.Outcome, receipt.LockWasBusy));
        Assert.Equal(
            (busy.ProcessId, "idle in transaction"), (receipt.LockHolder!.ProcessId, receipt.LockHolder.State));
        Assert.Equal(1, Skipped(cluster));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_wait_only()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        using var cancellation = new CancellationTokenSource();
        var leaving = ReloadAsync(cluster, silo: 0, Deadline.MaxWait, cancellation.Token);
        var staying = ReloadAsync(cluster, silo: 0, Deadline.MaxWait);
        await cluster.UntilWaitingForLockAsync(2);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving).Within("the end of the cancelled wait");
        Assert.False(staying.IsCompleted);
        await busy.ReleaseAsync();
        Assert.True((await staying.Within("the receipt of the caller that stayed")).InSync);
    }

    [Fact]
    public async Task A_reload_does_not_wait_for_rows_that_are_open_elsewhere()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var editor = await cluster.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await editor.ExecuteAsync("begin; update fastapi_endpoint set description = 'x'", CancellationToken.None);

        var receipt = await ReloadAsync(cluster, silo: 0, Deadline.MaxWait).Within("the answer");

        Assert.Equal(
            (ReloadOutcome.Skipped, false, 1), (receipt.Outcome, receipt.LockWasBusy, receipt.EndpointsDeferred));
    }

    // If waiters queued inside Postgres, they would get the lock before any session that only tries.
    [Fact]
    public async Task An_Odoo_worker_that_only_tries_the_lock_gets_it_before_the_waiting_reloads()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await cluster.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await BeginAndTryAsync(worker);
        var waiting = Enumerable.Range(0, 50)
            .Select(caller => ReloadAsync(cluster, caller % 2, Deadline.MaxWait))
            .ToList();
        await cluster.UntilWaitingForLockAsync(50);

        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        var turns = 0;
        while (turns < 20)
        {
            turns += await BeginAndTryAsync(worker) ? 1 : 0;
            Assert.False(deadline.IsCancellationRequested, $"the worker got the lock {turns} times only");
        }

        await worker.ExecuteAsync("commit", CancellationToken.None);
        Assert.All(
            await Task.WhenAll(waiting).Within("the receipts of the waiting reloads"),
            receipt => Assert.True(receipt.InSync));
    }

    // Releases the lock and tries again in one message, so that the lock is hardly ever free for others.
    private static Task<bool> BeginAndTryAsync(NpgsqlConnection worker) => worker.ScalarAsync<bool>(
        $"commit; begin isolation level repeatable read; select pg_try_advisory_xact_lock({LockKey})",
        CancellationToken.None);

    private static Task<ReloadReceipt> ReloadAsync(
        SyncCluster cluster, int silo, TimeSpan lockTimeout, CancellationToken cancellationToken = default) =>
        cluster.Gate(silo).ReloadAsync(
            SyncCluster.Registry, new ReloadRequest(LockTimeout: lockTimeout), cancellationToken);

    private static int Skipped(SyncCluster cluster) =>
        cluster.Log.Entries.Count(entry => entry.EventId == SkippedEvent);

    // Without retries, a registry gets in sync only because a caller waited for the lock.
    private static SyncOptions WithoutRetries()
    {
        var limits = SyncCluster.WithoutPoll();
        (limits.RetryDelay, limits.MaxRetryDelay) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        return limits;
    }
}
