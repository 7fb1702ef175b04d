using EndpointSync.Grains.Sync.Planning;
using static EndpointSync.Tests.Unit.Sync.Declared;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class SyncPlannerQuarantineTests
{
    [Fact]
    public void An_endpoint_that_cannot_be_routed_is_left_out_with_its_reason_and_the_rest_are_routed()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/web"), Endpoint(2, "/b")], []);

        var rejected = Assert.Single(plan.Rejected);
        Assert.Equal(
            new RejectedEndpoint(1, "endpoint 1", "/web", "root path '/web' is reserved for Odoo itself"), rejected);
        Assert.Equal([Row(2, "/b")], plan.Writes);
        Assert.Equal([2], plan.MarkSynced);
    }

    [Fact]
    public void A_quarantined_endpoint_loses_the_row_and_the_flag_that_it_had()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/web", synced: true)], [Row(1, "/old")]);

        Assert.Equal([Row(1, "/old")], plan.Removals);
        Assert.Equal([1], plan.MarkUnsynced);
        Assert.Empty(plan.Orphans);
    }

    [Theory]
    [InlineData("/web")]
    [InlineData("/a/../b")]
    [InlineData("/<int:id>")]
    public void What_Odoo_made_of_an_endpoint_that_cannot_be_routed_stays_row_and_flag(string rootPath)
    {
        var plan = SyncPlanner.Plan([Endpoint(1, rootPath, synced: true)], [Row(1, rootPath)]);

        Assert.True(plan.IsEmpty);
        Assert.Single(plan.Rejected);
    }

    [Fact]
    public void An_edit_of_an_endpoint_that_only_Odoo_can_serve_sets_its_flag_again()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/web")], [Row(1, "/web")]);

        Assert.Equal([1], plan.MarkSynced);
        Assert.Equal(0, plan.Writes.Count + plan.Removals.Count + plan.MarkUnsynced.Count);
        Assert.Single(plan.Rejected);
    }

    [Fact]
    public void A_quarantined_endpoint_without_row_and_flag_leaves_nothing_to_write()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/web")], []);

        Assert.True(plan.IsEmpty);
        Assert.Single(plan.Rejected);
    }

    [Fact]
    public void Of_two_endpoints_with_one_root_path_the_younger_has_it_as_in_Odoos_map_of_ids()
    {
        var plan = SyncPlanner.Plan([Endpoint(2, "/a"), Endpoint(1, "/a")], [Row(1, "/a")]);

        Assert.Equal([Row(2, "/a")], plan.Writes);
        Assert.Equal([Row(1, "/a")], plan.Removals);
        var rejected = Assert.Single(plan.Rejected);
        Assert.Equal((1, "root path '/a' is taken by endpoint 2 'endpoint 2'"), (rejected.Id, rejected.Reason));
    }

    // Odoo's workers write the row of every endpoint without a flag.
    [Fact]
    public void An_endpoint_whose_root_path_another_has_is_flagged_so_that_no_worker_writes_its_row()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a"), Endpoint(2, "/a", synced: true)], [Row(2, "/a")]);

        Assert.Equal([1], plan.MarkSynced);
        Assert.Equal(0, plan.MarkUnsynced.Count + plan.Writes.Count);
    }

    // The order in which Odoo's lookup finds them: paths in the order in which they enter its map.
    [Theory]
    [InlineData(2, "/case", "/Case", "/case")]
    [InlineData(0, "/slash", "/slash/", "//slash")]
    [InlineData(0, "/É", "/é", "É ")]
    [InlineData(3, "/a/b", "/a//b", "/A/B", "/a/b")]
    [InlineData(1, "/a/../b", "/x", "/X/")]
    public void Root_paths_that_are_one_to_Odoos_lookup_have_one_owner(int owner, params string[] paths)
    {
        var endpoints = paths.Select((path, index) => Endpoint(index + 1, path)).ToList();

        var plan = SyncPlanner.Plan(endpoints, []);

        Assert.Equal([owner + 1], plan.Writes.Select(row => row.EndpointId!.Value));
        Assert.Equal(paths.Length - 1, plan.Rejected.Count);
    }

    [Fact]
    public void Another_spelling_is_named_with_the_reason()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/Case"), Endpoint(2, "/case")], []);

        Assert.Equal(
            "root path '/case' is taken by endpoint 1 'endpoint 1' as '/Case', which is the same path to Odoo's "
            + "workers when they look up the app",
            Assert.Single(plan.Rejected).Reason);
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a")]
    [InlineData(" /a ")]
    public void Root_paths_that_are_routed_alike_are_one_root_path(string spelling)
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a"), Endpoint(2, spelling)], []);

        Assert.Single(plan.Rejected);
        Assert.Equal("/a/|/a/<path:application_path>", Assert.Single(plan.Writes).Route);
    }

    [Fact]
    public void An_archived_endpoint_takes_no_root_path()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a", active: false, synced: true), Endpoint(2, "/a")], []);

        Assert.Empty(plan.Rejected);
        Assert.Equal([Row(2, "/a")], plan.Writes);
    }

    [Fact]
    public void A_taken_root_path_is_attributed_to_its_owner_and_not_to_a_quarantined_endpoint()
    {
        var plan = SyncPlanner.Plan([Endpoint(1, "/a"), Endpoint(2, "/a"), Endpoint(3, "/a")], []);

        Assert.Equal([1, 2], plan.Rejected.Select(endpoint => endpoint.Id));
        Assert.All(plan.Rejected, endpoint => Assert.Contains("taken by endpoint 3", endpoint.Reason));
    }

    [Fact]
    public void Root_paths_that_are_nested_or_begin_alike_are_different_root_paths()
    {
        var plan = SyncPlanner.Plan(
            [Endpoint(1, "/a"), Endpoint(2, "/a/b"), Endpoint(3, "/a b"), Endpoint(4, "/ab")], []);

        Assert.Empty(plan.Rejected);
        Assert.Equal(4, plan.Writes.Count);
    }
}
