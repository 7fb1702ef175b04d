using EndpointSync.Grains.Sync.Planning;
using static EndpointSync.Tests.Unit.Sync.Declared;

namespace EndpointSync.Tests.Unit.Sync;

/// <summary>An endpoint may take over another's root path only in the sync in which the other gives it up.</summary>
public sealed class SyncPlanCollisionTests
{
    private static readonly RouteRow[] Stored = [Row(1, "/a"), Row(2, "/b"), Row(3, "/c")];

    private static readonly EndpointRow[] Rotated = [Endpoint(1, "/b"), Endpoint(2, "/c"), Endpoint(3, "/a")];

    [Fact]
    public void Root_paths_that_rotate_among_endpoints_are_written_together()
    {
        var plan = SyncPlanner.Plan(Rotated, Stored).WithoutCollisions(Stored, []);

        Assert.Equal([1, 2, 3], plan.EndpointIds.Order());
    }

    [Fact]
    public void When_one_endpoint_of_a_rotation_must_wait_the_others_wait_with_it()
    {
        var plan = SyncPlanner.Plan(Rotated, Stored).Without(new HashSet<int> { 2 }).WithoutCollisions(Stored, []);

        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public void An_endpoint_that_takes_no_others_root_path_does_not_wait()
    {
        EndpointRow[] endpoints = [Endpoint(1, "/new"), Endpoint(2, "/a")];
        RouteRow[] stored = [Row(1, "/a"), Row(2, "/b")];

        var plan = SyncPlanner.Plan(endpoints, stored).Without(new HashSet<int> { 2 }).WithoutCollisions(stored, []);

        Assert.Equal([1], plan.EndpointIds);
    }
}
