using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class RolloutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_version_goes_from_ring_to_ring_and_a_reload_meanwhile_is_done_at_the_end()
    {
        await using var cluster = await StartAsync();
        await using var canary = new RingWorker(cluster, "canary", silo: 0);
        await using var rest = new RingWorker(cluster, "rest", silo: 1);
        await Task.WhenAll(canary.TakenAtAsync(1), rest.TakenAtAsync(1));
        await cluster.Database.AddEndpointAsync("cases", "/cases");

        var begun = await RollOutAsync(cluster, "miss>1%|error>1%|problem", TimeSpan.FromSeconds(2));
        await cluster.Database.AddEndpointAsync("late", "/late");
        var waiting = await cluster.ReloadAsync(Cancelled);
        var second = await RollOutAsync(cluster, "problem", Short);

        Assert.Equal((ReloadOutcome.Synced, 2L), (begun.Outcome, begun.Version.Value));
        Assert.Equal(
            (ReloadOutcome.Pinned, 2L, false, 2L),
            (waiting.Outcome, waiting.Version.Value, waiting.InSync, waiting.Rollout!.Version.Value));
        Assert.Equal((true, 2L), (second.AwaitsRollout, second.Rollout!.Version.Value));
        Assert.Equal(
            1, (await cluster.Feed(1).NewestAsync(SyncCluster.Registry, "rest", Cancelled))!.Value.Value);
        Assert.Equal(
            2, (await cluster.Feed(1).NewestAsync(SyncCluster.Registry, "canary", Cancelled))!.Value.Value);

        var ended = await EndAsync(cluster, begun.Rollout!);
        Assert.Equal(RolloutState.Completed, ended.State);
        Assert.Equal([(true, 1), (true, 1)], ended.Rings.Select(ring => (ring.Passed == true, ring.Workers)));
        Assert.True(await rest.TakenAtAsync(2) >= ended.Rings[1].GivenAt);
        await Task.WhenAll(canary.TakenAtAsync(3), rest.TakenAtAsync(3));
        Assert.Equal([1, 2, 3], rest.Served);
    }

    [Theory]
    [InlineData("miss>5%", 10, 0, null, "ring canary broke miss>5%: 10 of 100 requests, 10 %, against 2 % of ")]
    [InlineData("miss>50%|error>5%", 10, 10, null, "ring canary broke error>5%: 10 of 100 requests")]
    [InlineData("problem", 100, 100, "no handler", "worker canary of ring canary reports a problem: no handler")]
    public async Task A_bad_version_is_taken_back_and_no_later_ring_ever_serves_it(
        string rules, long misses, long errors, string? problem, string reason)
    {
        await using var cluster = await StartAsync();
        await using var canary = new RingWorker(cluster, "canary", silo: 0);
        await using var rest = new RingWorker(cluster, "rest", silo: 1);
        await Task.WhenAll(canary.TakenAtAsync(1), rest.TakenAtAsync(1));
        (canary.Answers[1], rest.Answers[1]) = ((100, 2, 0), (100, 2, 0));
        canary.Answers[2] = (100, misses, errors);
        if (problem is not null)
        {
            canary.Problems[2] = problem;
        }

        await cluster.Database.AddEndpointAsync("cases", "/cases");
        // Time for the other ring's report, which the share is compared with.
        var begun = await RollOutAsync(cluster, rules, TimeSpan.FromSeconds(3));
        var ended = await EndAsync(cluster, begun.Rollout!);
        await Task.WhenAll(canary.TakenAtAsync(3), rest.TakenAtAsync(3));
        var reload = await cluster.ReloadAsync(Cancelled);

        Assert.Equal(RolloutState.TakenBack, ended.State);
        Assert.StartsWith(reason, ended.Reason, StringComparison.Ordinal);
        Assert.Equal(
            (false, 100L, misses, errors, null),
            (ended.Rings[0].Passed, ended.Rings[0].Answers!.Requests, ended.Rings[0].Answers!.Misses,
                ended.Rings[0].Answers!.Errors, ended.Rings[1].GivenAt));
        Assert.Equal([1, 3], rest.Served);
        Assert.Equal([1, 2, 3], canary.Served);
        Assert.Equal(
            (ReloadOutcome.Pinned, 3L, 1L, 1, null),
            (reload.Outcome, reload.Version.Value, reload.Pin!.ToVersion.Value, reload.Pin.WaitingChanges,
                reload.Rollout));
    }

    [Fact]
    public async Task Another_silo_leads_a_rollout_to_its_end_when_the_one_that_led_it_is_gone()
    {
        await using var cluster = await StartAsync();
        await using var canary = new RingWorker(cluster, "canary", silo: 0);
        await using var rest = new RingWorker(cluster, "rest", silo: 1);
        await Task.WhenAll(canary.TakenAtAsync(1), rest.TakenAtAsync(1));
        await cluster.Database.AddEndpointAsync("cases", "/cases");
        await RollOutAsync(cluster, "problem", TimeSpan.FromSeconds(2));
        await canary.TakenAtAsync(2);

        var leader = Enumerable.Range(0, cluster.Silos).Select(cluster.Silo)
            .MinBy(silo => silo.SiloAddress.ToParsableString(), StringComparer.Ordinal)!;
        await cluster.StopAsync(leader);

        await cluster.Database.UntilAsync(
            "select state = 'Completed' from endpoint_sync.rollouts where version = 2", "the end of the rollout");
        await rest.TakenAtAsync(2);
    }

    private static async Task<SyncCluster> StartAsync()
    {
        var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("people", "/people");
        await cluster.ReloadAsync(Cancelled);
        await cluster.UntilServedAsync(1);
        return cluster;
    }

    private static Task<ReloadReceipt> RollOutAsync(SyncCluster cluster, string rules, TimeSpan hold) =>
        cluster.Rollouts(0).RollOutAsync(
            SyncCluster.Registry, new ReloadRequest(),
            new RolloutOrder(Guid.NewGuid(), ["canary", "rest"], hold, rules, "a test"), Cancelled);

    private static async Task<Rollout> EndAsync(SyncCluster cluster, Rollout rollout)
    {
        var ended = await cluster.Rollouts(0).WhenEndedAsync(
            SyncCluster.Registry, rollout, Deadline.MaxWait, Cancelled);
        Assert.False(ended.IsRunning);
        return ended;
    }
}
