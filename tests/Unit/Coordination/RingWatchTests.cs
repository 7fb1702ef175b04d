using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Unit.Coordination;

public sealed class RingWatchTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly RunningRollout _rollout = new(
        new Rollout
        {
            Version = new RouteVersion(8),
            HeldVersion = new RouteVersion(7),
            State = RolloutState.Running,
            Rings = [new RolloutRing { Ring = "canary" }, new RolloutRing { Ring = "rest" }],
            Hold = Hold,
            AbortOn = "miss>1%|error>1%|problem",
            By = "a test",
            StartedAt = DateTimeOffset.UnixEpoch,
        },
        Guid.NewGuid(), Reached: 1, TimeSpan.Zero);

    [Fact]
    public void A_ring_passes_when_all_of_its_workers_have_reported_after_the_hold_that_began_when_all_served()
    {
        var watch = new RingWatch(_rollout, _clock);
        Assert.Null(watch.Look(TimeSpan.FromSeconds(1), [Worker("a", "canary", 8), Worker("b", "canary", 7)]));

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(watch.Look(TimeSpan.FromSeconds(11), Serving(silentFor: 0)));
        _clock.Advance(Hold - TimeSpan.FromMilliseconds(1));
        Assert.Null(watch.Look(TimeSpan.FromSeconds(41), Serving(silentFor: 0)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(watch.Look(TimeSpan.FromSeconds(42), Serving(silentFor: 2)));
        var decision = watch.Look(TimeSpan.FromSeconds(42), Serving(silentFor: 0.5));

        Assert.True(decision!.Passed, decision.Reason);
        Assert.Equal(2, decision.Workers);
        Assert.Equal(new VersionAnswers(new RouteVersion(8), 40, 0, 0), decision.Answers);
        Assert.Equal(new VersionAnswers(new RouteVersion(7), 3000, 30, 0), decision.HeldAnswers);

        Subscriber[] Serving(double silentFor) =>
        [
            Worker("a", "canary", 8, silentFor, (8, 20, 0, 0), (7, 1000, 10, 0)),
            Worker("b", "canary", 8, silentFor, (8, 20, 0, 0)), Worker("c", "rest", 7, 9, (7, 2000, 20, 0)),
        ];
    }

    [Fact]
    public void A_share_that_is_no_larger_than_by_the_held_version_or_of_few_requests_breaks_no_rule()
    {
        var watch = new RingWatch(_rollout, _clock);

        Assert.Null(watch.Look(TimeSpan.Zero, [Worker("a", "canary", 8, 0, (8, 100, 11, 0), (7, 100, 10, 0))]));
        Assert.Null(watch.Look(TimeSpan.Zero, [Worker("a", "canary", 8, 0, (8, 9, 9, 9))]));
        var broken = watch.Look(TimeSpan.Zero, [Worker("a", "canary", 8, 0, (8, 100, 12, 0), (7, 100, 10, 0))]);

        Assert.Equal(
            "ring canary broke miss>1%: 12 of 100 requests, 12 %, against 10 % of 100 by version 7", broken!.Reason);
        Assert.False(broken.Passed);
    }

    [Fact]
    public void A_problem_counts_when_the_next_look_finds_it_too_and_only_in_rings_that_have_the_version()
    {
        var watch = new RingWatch(_rollout, _clock);
        var (troubled, healthy) = (Worker("a", "canary", 7) with { Problem = "no handler" }, Worker("a", "canary", 8));
        var other = Worker("c", "rest", 7) with { Problem = "another" };

        Assert.Null(watch.Look(TimeSpan.Zero, [troubled, other]));
        Assert.Null(watch.Look(TimeSpan.Zero, [healthy, other]));
        Assert.Null(watch.Look(TimeSpan.Zero, [troubled, other]));
        Assert.Equal(
            "worker a of ring canary reports a problem: no handler",
            watch.Look(TimeSpan.Zero, [troubled, other])!.Reason);
    }

    [Fact]
    public void A_ring_whose_workers_do_not_come_to_serve_the_version_is_taken_back()
    {
        var watch = new RingWatch(_rollout, _clock);
        var late = Hold + RingWatch.ServeTimeout + TimeSpan.FromSeconds(1);

        Assert.Equal(
            "1 of 2 workers of ring canary serve version 8 after 00:01:01",
            watch.Look(late, [Worker("a", "canary", 8), Worker("b", "canary", 7)])!.Reason);
        Assert.Equal("no live worker is of ring canary", watch.Look(late, [Worker("c", "rest", 7)])!.Reason);
    }

    [Fact]
    public void An_earlier_ring_is_watched_on()
    {
        var watch = new RingWatch(_rollout with { Reached = 2 }, _clock);

        Assert.StartsWith(
            "ring canary broke error>1%: ",
            watch.Look(TimeSpan.Zero, [Worker("a", "canary", 8, 0, (8, 100, 0, 5)), Worker("c", "rest", 8)])!.Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("miss>1%|error>0.5%|problem", true)]
    [InlineData("problem", true)]
    [InlineData(" error>10% | problem ", true)]
    [InlineData("", false)]
    [InlineData("miss>1", false)]
    [InlineData("miss>100%", false)]
    [InlineData("miss>-1%", false)]
    [InlineData("miss>1%|miss>2%", false)]
    [InlineData("problem|problem", false)]
    [InlineData("problem|", false)]
    [InlineData("latency>1%", false)]
    public void Rules_are_read_or_refused(string text, bool isValid) =>
        Assert.Equal(isValid, AbortRules.Parse(text) is not null);

    private static Subscriber Worker(
        string name, string ring, long version, double silentFor = 0,
        params (long Version, long Requests, long Misses, long Errors)[] answers) => new()
        {
            Kind = SubscriberKind.Worker,
            Name = name,
            Id = name,
            Silo = "silo",
            Version = new RouteVersion(version),
            Since = default,
            SilentFor = TimeSpan.FromSeconds(silentFor),
            Ring = ring,
            Answers =
            [
                .. answers.Select(one => new VersionAnswers(
                    new RouteVersion(one.Version), one.Requests, one.Misses, one.Errors)),
            ],
        };
}
