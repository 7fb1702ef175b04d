using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Cluster;

public sealed class LockWaitTests
{
    private const int SkippedEvent = 1102;

    private static readonly long LockKey = AdvisoryLockKey.Of(RegistryOptions.DefaultLockName);

    [Fact]
    public async Task Hundreds_who_wait_at_three_silos_hold_nothing_in_Postgres_and_are_served_by_one_sync_when_the_lock_is_free()
    {
        const int callers = 200;
        await using var cluster = await SyncCluster.StartAsync(silos: 3, limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var waiting = Enumerable.Range(0, callers).Select(caller => ReloadAsync(cluster, caller % 3, Deadline.Patience)).ToList();
        await cluster.UntilWaitingForLockAsync(callers);
        var inTransaction = await cluster.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'EndpointSync/%' and state like 'idle in transaction%'");
        var locks = await cluster.Database.ScalarAsync<long>(
            $"select count(*) from pg_locks where locktype = 'advisory' and (classid::bigint << 32 | objid::bigint) = {LockKey} and database = (select oid from pg_database where datname = current_database())");
        var skipped = Skipped(cluster);
        await busy.ReleaseAsync();
        var receipts = await Task.WhenAll(waiting).Within("the receipts of all who waited");

        Assert.Equal((0L, 1L), (inTransaction, locks));
        Assert.All(receipts, receipt => Assert.Equal((true, 1L), (receipt.InLine, receipt.Version.Value)));
        Assert.Equal(1, await cluster.Database.ScalarAsync<int>("select count(*)::integer from endpoint_sync.versions"));
        Assert.Equal(skipped, Skipped(cluster));
        Assert.Empty(await cluster.Database.ErrorsAsync());
    }

    [Fact]
    public async Task A_free_lock_is_not_waited_for()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);
        await cluster.Database.AddEndpointAsync("orders", "/orders");

        var (receipt, waited) = await cluster.PatientReloads(silo: 0).ReloadAsync(SyncCluster.Registry, Deadline.Patience, CancellationToken.None);

        Assert.Equal((ReloadOutcome.Synced, TimeSpan.Zero), (receipt.Outcome, waited));
    }

    [Fact]
    public async Task A_receipt_that_was_waited_for_says_after_which_time_it_was_asked_for_so_that_another_wait_is_shorter_by_that()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1, limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        var waiting = cluster.PatientReloads(silo: 0).ReloadAsync(SyncCluster.Registry, Deadline.Patience, CancellationToken.None);
        await cluster.UntilWaitingForLockAsync(1);
        await busy.ReleaseAsync();
        var (receipt, waited) = await waiting.Within("the receipt");

        Assert.True(receipt.InLine);
        Assert.InRange(waited, TimeSpan.FromTicks(1), Deadline.Patience);
    }

    [Fact]
    public async Task A_lock_that_is_not_let_go_is_waited_for_until_the_time_is_over_and_its_holder_is_told()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var receipt = await ReloadAsync(cluster, silo: 1, TimeSpan.FromMilliseconds(300)).Within("the receipt of a reload that waited in vain");

        Assert.Equal((ReloadOutcome.Skipped, true), (receipt.Outcome, receipt.LockWasBusy));
        Assert.Equal((busy.ProcessId, "idle in transaction"), (receipt.LockHolder!.ProcessId, receipt.LockHolder.State));
        Assert.Equal(1, Skipped(cluster));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_wait_only()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        using var patience = new CancellationTokenSource();
        var impatient = cluster.PatientReloads(silo: 0).ReloadAsync(SyncCluster.Registry, Deadline.Patience, patience.Token);
        var patient = ReloadAsync(cluster, silo: 0, Deadline.Patience);
        await cluster.UntilWaitingForLockAsync(2);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient).Within("the end of the cancelled wait");
        Assert.False(patient.IsCompleted);
        await busy.ReleaseAsync();
        Assert.True((await patient.Within("the receipt of the one that stayed")).InLine);
    }

    [Fact]
    public async Task Rows_that_are_open_elsewhere_are_not_waited_for()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var editor = await cluster.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await editor.ExecuteAsync("begin; update fastapi_endpoint set description = 'x'", CancellationToken.None);

        var receipt = await ReloadAsync(cluster, silo: 0, Deadline.Patience).Within("the answer");

        Assert.Equal((ReloadOutcome.Skipped, false, 1), (receipt.Outcome, receipt.LockWasBusy, receipt.EndpointsDeferred));
    }

    // Waiters that queued inside Postgres would be given the lock before anybody who only tries.
    [Fact]
    public async Task An_Odoo_worker_that_only_tries_gets_the_lock_though_others_wait_and_they_get_it_after_it()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: WithoutRetries());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var worker = await cluster.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await BeginAndTryAsync(worker);
        var waiting = Enumerable.Range(0, 50).Select(caller => ReloadAsync(cluster, caller % 2, Deadline.Patience)).ToList();
        await cluster.UntilWaitingForLockAsync(50);

        using var deadline = new CancellationTokenSource(Deadline.Patience);
        for (var turns = 0; turns < 20;)
        {
            turns += await BeginAndTryAsync(worker) ? 1 : 0;
            Assert.False(deadline.IsCancellationRequested, $"the worker got the lock {turns} times only");
        }

        await worker.ExecuteAsync("commit", CancellationToken.None);
        Assert.All(await Task.WhenAll(waiting).Within("the receipts of those who waited"), receipt => Assert.True(receipt.InLine));
    }

    // Lets the lock go and tries again in one message, so that it is hardly ever free for anybody else.
    private static Task<bool> BeginAndTryAsync(NpgsqlConnection worker) => worker.ScalarAsync<bool>(
        $"commit; begin isolation level repeatable read; select pg_try_advisory_xact_lock({LockKey})", CancellationToken.None);

    private static async Task<ReloadReceipt> ReloadAsync(SyncCluster cluster, int silo, TimeSpan patience) =>
        (await cluster.PatientReloads(silo).ReloadAsync(SyncCluster.Registry, patience, CancellationToken.None)).Receipt;

    private static int Skipped(SyncCluster cluster) => cluster.Log.Entries.Count(entry => entry.EventId == SkippedEvent);

    // What comes in line does so because somebody waited for it.
    private static SyncOptions WithoutRetries()
    {
        var limits = SyncCluster.WithoutPoll();
        (limits.RetryDelay, limits.MaxRetryDelay) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        return limits;
    }
}
