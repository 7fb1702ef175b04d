using EndpointSync.Grains.Sync;
using static EndpointSync.Tests.Unit.Sync.Declared;

namespace EndpointSync.Tests.Unit.Sync;

/// <summary>An endpoint may take over a root path in the same sync in which the other gives it up, and in no other.</summary>
public sealed class SyncPlanCollisionTests
{
    private static readonly RouteRow[] Stored = [Row(1, "/a"), Row(2, "/b"), Row(3, "/c")];

    private static readonly EndpointRow[] Rotated = [Endpoint(1, "/b"), Endpoint(2, "/c"), Endpoint(3, "/a")];

    [Fact]
    public void Root_paths_that_are_passed_on_in_a_circle_are_written_together()
    {
        var plan = SyncPlanner.Plan(Rotated, Stored).WithoutCollisions(Stored);

        Assert.Equal([1, 2, 3], plan.EndpointIds.Order());
    }

    [Fact]
    public void When_one_of_a_circle_has_to_stay_the_others_wait_with_it()
    {
        var plan = SyncPlanner.Plan(Rotated, Stored).Without(new HashSet<int> { 2 }).WithoutCollisions(Stored);

        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public void An_endpoint_that_takes_nobodys_place_does_not_wait()
    {
        EndpointRow[] endpoints = [Endpoint(1, "/new"), Endpoint(2, "/a")];
        RouteRow[] stored = [Row(1, "/a"), Row(2, "/b")];

        var plan = SyncPlanner.Plan(endpoints, stored).Without(new HashSet<int> { 2 }).WithoutCollisions(stored);

        Assert.Equal([1], plan.EndpointIds);
    }
}
