using EndpointSync.Grains.Registries;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster;

public sealed class SilentCoordinatorTests
{
    private const int SkippedEvent = 1102;
    private const int SilentEvent = 1304;
    private const int HeardEvent = 1305;

    [Fact]
    public async Task A_silo_whose_coordinator_gives_no_answer_syncs_by_itself_and_says_so_once_until_it_answers()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: Impatient());
        cluster.Calls.Silence();
        var before = cluster.Log.Entries.Count;

        foreach (var version in new[] { 1, 2, 3 })
        {
            await cluster.Database.AddEndpointAsync($"e{version}", $"/e{version}");
            var receipt = await ReloadAsync(cluster).Within("the receipt of a silo that does without the coordinator");
            Assert.Equal((version, ReloadOutcome.Synced, cluster.Silo(1).Name), (receipt.Version.Value, receipt.Outcome, receipt.Silo));
        }

        // Each silo asks for reasons of its own too, and says it for itself.
        var said = cluster.Log.Entries.Skip(before).Count(entry => entry.EventId == SilentEvent && entry.Message.Contains($" {SyncCluster.Registry} ", StringComparison.Ordinal));
        Assert.InRange(said, 0, cluster.Silos);
        cluster.Calls.Speak();
        await cluster.Log.FirstAsync(HeardEvent).Within("the coordinator's late answer");
        await Task.WhenAll(Enumerable.Range(0, cluster.Silos).Select(silo => cluster.UntilServedAsync(silo, 3)));
    }

    [Fact]
    public async Task A_storm_while_the_coordinator_is_silent_costs_the_running_sync_plus_one_and_nobody_joins_a_sync_that_began_before()
    {
        const int storm = 500;
        await using var cluster = await SyncCluster.StartAsync(limits: Impatient());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        cluster.Calls.Silence();
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var early = ReloadAsync(cluster);
        await held.ReachedAsync();
        await cluster.Database.AddEndpointAsync("later", "/later");

        var crowd = Enumerable.Range(0, storm).Select(_ => ReloadAsync(cluster)).ToList();
        await held.OpenAsync();

        Assert.Equal(new RouteVersion(1), (await early.Within("the first receipt")).Version);
        Assert.All(await Task.WhenAll(crowd).Within("the storm's receipts"), receipt => Assert.Equal((2, storm), (receipt.Version.Value, receipt.Callers)));
        Assert.Equal(2, await cluster.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
        cluster.Calls.Speak();
    }

    [Fact]
    public async Task A_busy_lock_is_no_answer_while_the_coordinator_has_given_none()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: Impatient());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        cluster.Calls.Silence();
        await using var busy = await HeldLock.TakeAsync(cluster.Database);

        var reload = ReloadAsync(cluster);
        await cluster.Log.FirstAsync(SilentEvent).Within("the end of the silo's patience");
        await busy.ReleaseAsync();

        Assert.Equal(ReloadOutcome.Synced, (await reload.Within("the receipt after the lock is free")).Outcome);
        cluster.Calls.Speak();
    }

    [Fact]
    public async Task A_busy_lock_is_an_answer_when_the_coordinator_gives_it()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: SyncCluster.WithoutPoll());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var busy = await HeldLock.TakeAsync(cluster.Database);
        cluster.Calls.Silence();
        var reload = ReloadAsync(cluster);
        await cluster.Log.FirstAsync(SilentEvent).Within("the end of the silo's patience");

        cluster.Calls.Speak();

        Assert.Equal(ReloadOutcome.Skipped, (await reload.Within("the coordinator's answer")).Outcome);
    }

    [Fact]
    public async Task A_coordinator_in_the_middle_of_a_long_sync_is_waited_for_and_nobody_says_that_it_skipped()
    {
        await using var cluster = await SyncCluster.StartAsync(limits: Impatient());
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var running = cluster.ReloadAsync();
        await held.ReachedAsync();

        var reload = ReloadAsync(cluster);
        await cluster.Log.FirstAsync(SilentEvent).Within("the end of the silo's patience");
        await held.OpenAsync();

        Assert.Equal(new RouteVersion(1), (await running.Within("the long sync")).Version);
        var receipt = await reload.Within("the receipt of who waited");
        Assert.Equal((new RouteVersion(1), true), (receipt.Version, receipt.InLine));
        Assert.DoesNotContain(cluster.Log.Entries, entry => entry.EventId == SkippedEvent);
    }

    private static Task<ReloadReceipt> ReloadAsync(SyncCluster cluster) => cluster.Gate(silo: 1).ReloadAsync(SyncCluster.Registry, CancellationToken.None);

    private static SyncOptions Impatient()
    {
        var limits = SyncCluster.WithoutPoll();
        limits.CoordinatorPatience = TimeSpan.FromMilliseconds(50);
        return limits;
    }
}
