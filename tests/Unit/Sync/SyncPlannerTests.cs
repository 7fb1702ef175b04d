using EndpointSync.Grains.Sync.Planning;
using static EndpointSync.Tests.Unit.Sync.Declared;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class SyncPlannerTests
{
    [Fact]
    public void A_registry_without_endpoints_and_rows_has_nothing_due() =>
        Assert.True(SyncPlanner.Plan([], []).IsEmpty);

    [Fact]
    public void A_new_endpoint_gets_its_row_and_its_flag()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a")], []);

        Assert.Equal([Row(1, "/a")], plan.Writes);
        Assert.Equal([1], plan.MarkSynced);
        Assert.Empty(plan.Removals);
        Assert.Empty(plan.Orphans);
    }

    [Fact]
    public void An_endpoint_in_sync_is_left_alone() =>
        Assert.True(SyncPlanner.Plan([Endpoint(1, "/a", synced: true)], [Row(1, "/a")]).IsEmpty);

    [Fact]
    public void An_unsynced_endpoint_whose_row_is_right_only_gets_its_flag()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a")], [Row(1, "/a")]);

        Assert.Equal([1], plan.MarkSynced);
        Assert.Empty(plan.Writes);
        Assert.Empty(plan.Removals);
    }

    [Fact]
    public void A_synced_endpoint_without_a_row_is_an_orphan_and_gets_the_row()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a", synced: true)], []);

        Assert.Equal([1], plan.Orphans.Select(endpoint => endpoint.Id));
        Assert.Equal([Row(1, "/a")], plan.Writes);
        Assert.Empty(plan.MarkSynced);
    }

    [Fact]
    public void A_row_that_differs_is_written_although_the_flag_says_synced()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/new", synced: true)], [Row(1, "/old")]);

        Assert.Equal([Row(1, "/new")], plan.Writes);
        Assert.Empty(plan.Removals);
        Assert.Empty(plan.Orphans);
    }

    [Fact]
    public void A_row_of_the_endpoint_under_another_key_is_superseded()
    {
        var superseded = new RouteRow("fastapi.endpoint:1:/old", "/a", "{}", "{}");

        var plan = SyncPlanner.Plan([Endpoint(1, "/a")], [superseded]);

        Assert.Equal([superseded], plan.Removals);
        Assert.Equal([Row(1, "/a")], plan.Writes);
        Assert.Empty(plan.Orphans);
    }

    [Fact]
    public void An_archived_endpoint_loses_its_row_and_counts_as_synced()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a", active: false)], [Row(1, "/a")]);

        Assert.Equal([Row(1, "/a")], plan.Removals);
        Assert.Equal([1], plan.MarkSynced);
        Assert.Empty(plan.Writes);
    }

    [Fact]
    public void An_archived_endpoint_without_a_row_needs_no_path_that_can_be_routed()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/web", active: false, synced: true)], []);

        Assert.True(plan.IsEmpty);
        Assert.Empty(plan.Rejected);
    }

    [Fact]
    public void A_row_whose_endpoint_is_gone_is_removed() =>
        Assert.Equal([Row(7, "/a")], SyncPlanner.Plan([], [Row(7, "/a")]).Removals);

    [Fact]
    public void Endpoint_1_and_endpoint_10_do_not_touch_each_others_rows()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a", synced: true)], [Row(1, "/a"), Row(10, "/b")]);

        Assert.Equal([Row(10, "/b")], plan.Removals);
        Assert.Empty(plan.Writes);
    }

    [Theory]
    [InlineData("endpoint.endpoint:5:/demo")]
    [InlineData("shopfloor:1:/x")]
    [InlineData("fastapi.endpoint:07:/x")]
    [InlineData("fastapi.endpoint:+7:/x")]
    [InlineData("fastapi.endpoint: 7:/x")]
    [InlineData("fastapi.endpoint:-7:/x")]
    [InlineData("fastapi.endpoint:0:/x")]
    [InlineData("fastapi.endpoint::/x")]
    [InlineData("fastapi.endpoint:7")]
    [InlineData("fastapi.endpoint:7x:/x")]
    [InlineData("fastapi.endpoint:2147483648:/x")]
    [InlineData("fastapi.endpoint:٧:/x")]
    [InlineData("FastAPI.endpoint:7:/x")]
    [InlineData(" fastapi.endpoint:7:/x")]
    [InlineData("")]
    public void A_row_whose_key_is_foreign_is_ignored(string key)
    {
        Assert.Null(Foreign(key).EndpointId);
        Assert.True(SyncPlanner.Plan([], [Foreign(key)]).IsEmpty);
    }

    [Theory]
    [InlineData("fastapi.endpoint:7:", 7)]
    [InlineData("fastapi.endpoint:70:/x:y", 70)]
    [InlineData("fastapi.endpoint:2147483647:/x", int.MaxValue)]
    public void A_key_with_an_id_between_prefix_and_colon_belongs_to_that_endpoint(string key, int id) =>
        Assert.Equal(id, Foreign(key).EndpointId);

    [Fact]
    public void A_plan_without_some_endpoints_keeps_everything_of_the_others()
    {
        var plan = SyncPlanner.Plan(
            [Endpoint(1, "/a"), Endpoint(2, "/b", synced: true), Endpoint(3, "/web", synced: true)], [Row(9, "/z")]);

        var rest = plan.Without(new HashSet<int> { 1, 9 });

        Assert.Equal([1, 2, 3, 9], plan.EndpointIds.Order());
        Assert.Equal([2, 3], rest.EndpointIds.Order());
        Assert.Equal([2], rest.Orphans.Select(endpoint => endpoint.Id));
        Assert.Same(plan, plan.Without(new HashSet<int>()));
    }
}
