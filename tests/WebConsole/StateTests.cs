using EndpointSync.WebConsole.Fleet;

namespace EndpointSync.Tests.WebConsole;

/// <summary>Which word a registry gets, and who comes first in a list.</summary>
public sealed class StateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Long = FleetState.Publication + TimeSpan.FromSeconds(1);

    [Fact]
    public void A_registry_that_everybody_serves_is_served_by_all() =>
        Assert.Equal("Served by all", Word(Long, Subscriber(7), Subscriber(7)));

    [Fact]
    public void A_new_version_converges_and_an_old_one_that_not_all_serve_is_behind()
    {
        Assert.Equal("Converging", Word(TimeSpan.FromSeconds(1), Subscriber(7), Subscriber(6)));
        Assert.Equal("Behind", Word(Long, Subscriber(7), Subscriber(6)));
    }

    [Fact]
    public void A_problem_counts_more_than_a_lag_even_if_the_version_is_new() =>
        Assert.Equal("Refused", Word(TimeSpan.Zero, Subscriber(6), Subscriber(7, "its probe got 502")));

    [Fact]
    public void Without_its_database_the_state_of_a_registry_is_not_claimed()
    {
        var summary = new RegistrySummary("openspp", null, List(Subscriber(7)), null, "refused");

        Assert.Equal("Database away", FleetState.Of(summary, Now).Word);
        Assert.Equal(new RouteVersion(7), summary.Newest);
    }

    [Fact]
    public void A_registry_without_a_version_says_so() =>
        Assert.Equal("No version yet", FleetState.Of(Summary(0, Long, Subscriber(0)), Now).Word);

    [Fact]
    public void The_share_counts_each_subscriber_once()
    {
        var share = Summary(
            7, Long, Subscriber(7), Subscriber(4), Subscriber(7, "a problem"), Subscriber(0, "gone")).Share;

        Assert.Equal((4, 1, 1, 2, 3L), (share.Total, share.Serving, share.Late, share.Refusing, share.Lag));
    }

    [Fact]
    public void A_worker_whose_ring_was_not_given_the_version_waits_and_is_not_behind()
    {
        var summary = RollingOut(
            Subscriber(7), InRing("canary", 7), InRing("rest", 6), InRing("unlisted", 6),
            InRing("rest", 6, "a problem"));

        Assert.Equal((2, 2, 0, 1), (
            summary.Share.Serving, summary.Share.Waiting, summary.Share.Late, summary.Share.Refusing));
        Assert.Equal("Rolling out", FleetState.Of(RollingOut(InRing("canary", 7), InRing("rest", 6)), Now).Word);
    }

    [Fact]
    public void A_worker_that_keeps_neither_version_or_was_given_the_newest_is_behind()
    {
        var silo = Subscriber(6) with { Kind = SubscriberKind.Silo };
        Assert.Equal("Behind", FleetState.Of(RollingOut(InRing("canary", 6), InRing("rest", 6)), Now).Word);
        Assert.Equal("Behind", FleetState.Of(RollingOut(InRing("canary", 7), InRing("rest", 5)), Now).Word);
        Assert.Equal("Behind", FleetState.Of(RollingOut(silo, InRing("rest", 6)), Now).Word);
    }

    [Fact]
    public void Those_that_need_a_look_come_first_and_a_filter_leaves_the_others_out()
    {
        Subscriber[] all = [Subscriber(7, name: "a"), Subscriber(6, name: "b"), Subscriber(7, "a problem", "c")];
        string[] Names(string show, string? name = null) =>
            [.. new SubscriberFilter(show, name, 1).Of(Summary(7, Long, all)).Select(found => found.Name)];

        Assert.Equal(["b", "c", "a"], Names("all"));
        Assert.Equal(["b", "c"], Names("late"));
        Assert.Equal(["c"], Names("refused"));
        Assert.Equal(["a"], Names("all", "A"));
    }

    private static string Word(TimeSpan age, params Subscriber[] subscribers) =>
        FleetState.Of(Summary(7, age, subscribers), Now).Word;

    private static RegistrySummary Summary(long version, TimeSpan age, params Subscriber[] subscribers) => new(
        "openspp",
        new RegistryStatus
        {
            Registry = "openspp",
            Version = new RouteVersion(version),
            ChangedAt = Now - age,
            Silo = "silo-1",
            ContentHash = "",
            Endpoints = 0,
            Archived = 0,
            Unsynced = 0,
            Routes = 0,
            SyncPending = false,
            Tracked = true,
            ForeignWrites = 0,
            UnlockedWrites = 0,
            RepairBackoffs = [],
            Quarantine = [],
            QuarantineCount = 0,
            LockHolder = null,
            LeftOut = [],
            OtherClusters = [],
        },
        List(subscribers), null, null);

    private static SubscriberList List(params Subscriber[] subscribers) =>
        new(subscribers.Max(subscriber => subscriber.Version), subscribers);

    private static RegistrySummary RollingOut(params Subscriber[] subscribers)
    {
        var summary = Summary(7, Long, subscribers);
        return summary with
        {
            Status = summary.Status! with
            {
                Rollout = new Rollout
                {
                    Version = new RouteVersion(7),
                    HeldVersion = new RouteVersion(6),
                    State = RolloutState.Running,
                    Rings = [new RolloutRing { Ring = "canary", GivenAt = Now }, new RolloutRing { Ring = "rest" }],
                    Hold = Long,
                    AbortOn = "problem",
                    By = "anyone",
                    StartedAt = Now,
                },
            },
        };
    }

    private static Subscriber InRing(string ring, long version, string? problem = null) =>
        Subscriber(version, problem) with { Ring = ring };

    private static Subscriber Subscriber(long version, string? problem = null, string name = "web") => new()
    {
        Kind = SubscriberKind.Worker,
        Name = name,
        Id = $"{Guid.NewGuid()}",
        Silo = "silo-1",
        Version = new RouteVersion(version),
        Since = Now,
        Problem = problem,
    };
}
