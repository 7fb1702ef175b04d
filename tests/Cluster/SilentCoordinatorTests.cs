using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster;

public sealed class SilentCoordinatorTests
{
    private const int SkippedEvent = 1102;
    private const int SilentEvent = 1304;
    private const int AnswersAgainEvent = 1305;

    [Fact]
    public async Task A_silo_whose_coordinator_is_silent_syncs_directly_and_logs_it_once_until_it_answers()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: ShortTimeouts());
        cluster.Calls.Silence();

        foreach (var version in new[] { 1, 2, 3 })
        {
            await cluster.Database.AddEndpointAsync($"e{version}", $"/e{version}");
            var receipt = await ReloadAsync(cluster).Within("the receipt of a silo that syncs without the coordinator");
            Assert.Equal(
                (version, ReloadOutcome.Synced, cluster.Silo(1).Name),
                (receipt.Version.Value, receipt.Outcome, receipt.Silo));
        }

        // A silo logs a silence when it begins and when it ends. A busy machine may have had one before the test's own.
        Assert.Equal(1, Logged(cluster, SilentEvent) - Logged(cluster, AnswersAgainEvent));
        cluster.Calls.Speak();
        await cluster.Log.FirstAsync(AnswersAgainEvent).Within("the coordinator's late answer");
        await Task.WhenAll(Enumerable.Range(0, cluster.Silos).Select(silo => cluster.UntilServedAsync(silo, 3)));
    }

    [Fact]
    public async Task A_storm_at_a_silent_coordinator_costs_the_running_sync_plus_one_and_joins_no_earlier_sync()
    {
        const int storm = 500;
        await using var cluster = await SyncCluster.StartAsync(limits: ShortTimeouts());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        cluster.Calls.Silence();
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var early = ReloadAsync(cluster);
        await held.ReachedAsync();
        await cluster.Database.AddEndpointAsync("later", "/later");

        var crowd = Enumerable.Range(0, storm).Select(_ => ReloadAsync(cluster)).ToList();
        await held.OpenAsync();

        Assert.Equal(new RouteVersion(1), (await early.Within("the first receipt")).Version);
        Assert.All(
            await Task.WhenAll(crowd).Within("the storm's receipts"),
            receipt => Assert.Equal((2, storm), (receipt.Version.Value, receipt.Callers)));
        Assert.Equal(2, await cluster.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
        cluster.Calls.Speak();
    }

    [Fact]
    public async Task A_busy_lock_ends_no_direct_sync_while_the_coordinator_is_silent()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: ShortTimeouts());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        cluster.Calls.Silence();
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var reload = ReloadAsync(cluster);
        await cluster.Log.FirstAsync(SilentEvent).Within("the end of the coordinator timeout");
        await busy.ReleaseAsync();

        Assert.Equal(ReloadOutcome.Synced, (await reload.Within("the receipt after the lock is free")).Outcome);
        cluster.Calls.Speak();
    }

    [Fact]
    public async Task A_coordinators_answer_that_the_lock_is_busy_is_final()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        cluster.Calls.Silence();
        var reload = ReloadAsync(cluster);
        await cluster.Log.FirstAsync(SilentEvent).Within("the end of the coordinator timeout");

        cluster.Calls.Speak();

        Assert.Equal(ReloadOutcome.Skipped, (await reload.Within("the coordinator's answer")).Outcome);
    }

    [Fact]
    public async Task A_silo_waits_for_a_coordinator_in_a_long_sync_and_reports_no_skip()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: TimeForASign());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var running = cluster.ReloadAsync();
        await held.ReachedAsync();

        var reload = ReloadAsync(cluster);
        await cluster.UntilWaitingForLockAsync(1);
        await held.OpenAsync();

        Assert.Equal(new RouteVersion(1), (await running.Within("the long sync")).Version);
        var receipt = await reload.Within("the receipt of the waiting reload");
        Assert.Equal((new RouteVersion(1), true), (receipt.Version, receipt.InSync));
        Assert.DoesNotContain(cluster.Log.Entries, entry => entry.EventId is SkippedEvent or SilentEvent);
    }

    [Fact]
    public async Task The_only_caller_of_a_long_sync_gets_the_receipt_of_the_coordinator_that_did_it()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: TimeForASign());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        // The rows of a sync must not draw from the sequence, which stops the coordinator between commit and answer.
        await cluster.Database.ExecuteAsync("drop trigger update_endpoint_route_version_trigger on endpoint_route");
        await using var connection = await cluster.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var altering = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(
            "alter sequence endpoint_route_version increment by 1", TestContext.Current.CancellationToken);

        var receipt = await ReloadAsync(cluster).Within("the coordinator's receipt");

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
        Assert.DoesNotContain(cluster.Log.Entries, entry => entry.EventId == SilentEvent);
        await altering.RollbackAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_only_caller_gets_the_late_receipt_of_a_coordinator_that_did_the_sync_in_silence()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: TimeForASign());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        cluster.Calls.Silence(worksOn: true);
        var first = cluster.Calls.SignWanted;
        var reload = ReloadAsync(cluster);
        await first.Within("the gate's question whether the coordinator syncs");
        // It asks once more only if it does not take its own receipt, which says that nothing was to be done.
        await Task.WhenAny(reload, cluster.Calls.SignWanted).Within("the gate's second question");
        cluster.Calls.Speak();

        var receipt = await reload.Within("the coordinator's receipt");

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
    }

    private static int Logged(SyncCluster cluster, int eventId) => cluster.Log.Entries.Count(
        entry => entry.EventId == eventId && entry.Silo == cluster.Silo(1).Name
            && entry.Message.Contains($" {SyncCluster.Registry} ", StringComparison.Ordinal));

    private static Task<ReloadReceipt> ReloadAsync(SyncCluster cluster) =>
        cluster.Gate(silo: 1).ReloadAsync(SyncCluster.Registry, new ReloadRequest(), CancellationToken.None);

    private static SyncOptions ShortTimeouts()
    {
        var limits = SyncCluster.WithoutPoll();
        limits.CoordinatorTimeout = TimeSpan.FromMilliseconds(50);
        return limits;
    }

    // Longer than a sign of life takes on a busy machine. A bump that is stuck gives up after as long.
    private static SyncOptions TimeForASign()
    {
        var limits = SyncCluster.WithoutPoll();
        limits.CoordinatorTimeout = TimeSpan.FromSeconds(2);
        return limits;
    }
}
