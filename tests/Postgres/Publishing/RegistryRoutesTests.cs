using EndpointSync.Tests.Testing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Postgres.Publishing;

public sealed class RegistryRoutesTests : PublishedTests
{
    private const int RefusedEvent = 1502;
    private const int NotRoutedEvent = 1503;

    [Fact]
    public async Task A_message_with_its_changes_is_applied_without_the_database()
    {
        var routes = NewRoutes();
        await routes.CatchUpAsync(CancellationToken.None);
        var publication = await PublishAsync("/orders");
        await Database.ExecuteAsync("alter table endpoint_sync.state rename to hidden");

        await routes.TakeUpAsync(publication, CancellationToken.None);

        Assert.Equal(publication.Version, routes.Version);
        Assert.NotNull(Answer(routes, "/orders/7"));
    }

    [Fact]
    public async Task A_message_that_does_not_follow_the_served_version_makes_the_silo_read_what_it_lacks()
    {
        var routes = NewRoutes();
        await routes.CatchUpAsync(CancellationToken.None);
        await PublishAsync("/missed");
        var publication = await PublishAsync("/orders");

        await routes.TakeUpAsync(publication, CancellationToken.None);

        Assert.Equal(2, routes.Version.Value);
        Assert.NotNull(Answer(routes, "/missed/7"));
        Assert.NotNull(Answer(routes, "/orders/7"));
    }

    [Fact]
    public async Task A_message_without_changes_makes_the_silo_read_them()
    {
        var routes = NewRoutes();
        var publication = await PublishAsync("/orders") with { Delta = null };

        await routes.TakeUpAsync(publication, CancellationToken.None);

        Assert.NotNull(Answer(routes, "/orders/7"));
    }

    [Fact]
    public async Task Messages_that_are_duplicate_late_or_ahead_do_no_harm()
    {
        var routes = NewRoutes();
        await routes.CatchUpAsync(CancellationToken.None);
        var first = await PublishAsync("/orders");
        var second = await PublishAsync("/customers");
        await routes.TakeUpAsync(second, CancellationToken.None);
        var image = routes.Image;

        await routes.TakeUpAsync(first, CancellationToken.None);
        await routes.TakeUpAsync(second, CancellationToken.None);
        await routes.TakeUpAsync(
            new RoutePublication("test", new RouteVersion(99), Delta: null), CancellationToken.None);

        Assert.Same(image, routes.Image);
        Assert.Null(routes.Problem);
    }

    [Fact]
    public async Task The_poll_finds_a_version_that_no_message_brought()
    {
        var routes = NewRoutes();
        await routes.PollAsync(CancellationToken.None);
        await PublishAsync("/orders");

        await routes.PollAsync(CancellationToken.None);

        Assert.NotNull(Answer(routes, "/orders/7"));
    }

    [Fact]
    public async Task A_version_whose_routes_do_not_match_its_hash_is_refused_and_the_previous_one_is_served()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await routes.CatchUpAsync(CancellationToken.None);
        await PublishAsync("/customers");
        await Database.ExecuteAsync(
            "update endpoint_sync.state set content_hash = set_byte(content_hash, 0, 255 - get_byte(content_hash, 0))");

        await routes.PollAsync(CancellationToken.None);

        Assert.Equal(1, routes.Version.Value);
        Assert.Contains("version 2 have the hash", routes.Problem, StringComparison.Ordinal);
        Assert.NotNull(Answer(routes, "/orders/7"));
        Assert.Single(Registry.Log.Entries, entry => entry.EventId == RefusedEvent);

        await Database.ExecuteAsync(
            "update endpoint_sync.state set content_hash = set_byte(content_hash, 0, 255 - get_byte(content_hash, 0))");
        await routes.PollAsync(CancellationToken.None);

        Assert.Equal((2L, null), (routes.Version.Value, routes.Problem));
    }

    [Fact]
    public async Task A_change_that_was_lost_on_the_way_is_detected_and_everything_is_read_again()
    {
        var routes = NewRoutes();
        await routes.CatchUpAsync(CancellationToken.None);
        var publication = await PublishAsync("/orders");
        var torn = publication with { Delta = publication.Delta! with { Changes = [] } };

        await routes.TakeUpAsync(torn, CancellationToken.None);

        Assert.Equal((1L, null), (routes.Version.Value, routes.Problem));
        Assert.NotNull(Answer(routes, "/orders/7"));
    }

    [Fact]
    public async Task A_database_that_was_restored_from_a_backup_is_followed_by_a_larger_version_without_an_edit()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.GoBackToFirstVersionAsync();
        var noticed = Registry.Lost.Recorded;

        await routes.PollAsync(CancellationToken.None);
        var (problem, version) = (routes.Problem, routes.Version);
        var scope = await Registry.Status.PendingScopeAsync(CancellationToken.None);
        var receipt = await Registry.ReloadAsync(ReloadScope.Routes);
        await routes.PollAsync(CancellationToken.None);

        Assert.True(noticed.IsCompleted);
        Assert.Contains("has lost version 2", problem, StringComparison.Ordinal);
        Assert.Equal(2, version.Value);
        Assert.Equal(ReloadScope.Routes, scope);
        Assert.Equal((3L, 1L, ReloadOutcome.Synced), (
            receipt.Version.Value, receipt.PreviousVersion.Value, receipt.Outcome));
        Assert.Equal((3L, null), (routes.Version.Value, routes.Problem));
        Assert.Equal(await StoredAsync(new RouteVersion(3)), Served(routes.Image!));
        Assert.NotNull(Answer(routes, "/orders/7"));
        Assert.Null(Answer(routes, "/customers/7"));
        Assert.Null(await Registry.Status.PendingScopeAsync(CancellationToken.None));
        Assert.Equal(ReloadOutcome.UpToDate, (await Registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_version_number_that_the_database_lost_is_not_given_to_another_table()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.GoBackToFirstVersionAsync();

        var next = await PublishAsync("/items");
        await routes.TakeUpAsync(next, CancellationToken.None);

        Assert.Equal(3, next.Version.Value);
        Assert.Equal((3L, null), (routes.Version.Value, routes.Problem));
        Assert.NotNull(Answer(routes, "/items/7"));
        Assert.Null(Answer(routes, "/customers/7"));
    }

    [Fact]
    public async Task A_number_that_a_silo_without_memory_reused_is_refused_by_one_that_served_it_and_passed_by()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.GoBackToFirstVersionAsync();
        await using var other = new TestRegistry(Database, silo: "restarted");
        await Database.AddEndpointAsync("items", "/items");
        var reused = await other.ReloadAsync();

        await routes.TakeUpAsync(
            new RoutePublication("test", reused.Version, Delta: null), CancellationToken.None);
        var (version, answer) = (routes.Version, Answer(routes, "/items/7"));
        var receipt = await other.ReloadAsync(ReloadScope.Routes);
        await routes.PollAsync(CancellationToken.None);

        Assert.Equal((2L, 2L, null), (reused.Version.Value, version.Value, answer));
        Assert.Equal((3L, 3L), (receipt.Version.Value, routes.Version.Value));
        Assert.NotNull(Answer(routes, "/items/7"));
    }

    [Fact]
    public async Task A_schema_that_was_dropped_begins_above_what_was_served()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.ExecuteAsync("drop schema endpoint_sync cascade");
        Registry.Preparation.Forget();

        var receipt = await Registry.ReloadAsync();
        await routes.PollAsync(CancellationToken.None);

        Assert.Equal((3L, 3L), (receipt.Version.Value, routes.Version.Value));
        Assert.NotNull(Answer(routes, "/orders/7"));
        Assert.NotNull(Answer(routes, "/customers/7"));
    }

    [Fact]
    public async Task A_worker_with_a_table_of_another_history_is_not_known_and_the_next_version_passes_it_by()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        var older = new RouteTableId(new RouteVersion(1), routes.Image!.Hash);
        var newer = new RouteTableId(new RouteVersion(7), default);

        await routes.CheckReportedAsync(older, CancellationToken.None);
        var before = await Registry.Status.PendingScopeAsync(CancellationToken.None);
        await routes.CheckReportedAsync(newer, CancellationToken.None);
        var receipt = await Registry.ReloadAsync(ReloadScope.Routes);

        Assert.False(routes.Knows(older));
        Assert.Null(before);
        Assert.Equal(8, receipt.Version.Value);
    }

    [Fact]
    public async Task A_worker_cannot_use_up_the_version_numbers()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await routes.CatchUpAsync(CancellationToken.None);

        await routes.CheckReportedAsync(
            new RouteTableId(new RouteVersion(long.MaxValue), default), CancellationToken.None);

        Assert.Null(await Registry.Status.PendingScopeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_route_that_cannot_be_read_is_left_out_and_named_and_the_others_are_served()
    {
        var routes = NewRoutes();
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, routing) "
            + "values ('a:1', '/a', 'no json'), ('b:1', '/b', '{\"routes\": [\"/b/<unknown:x>\"]}')");
        await PublishAsync("/orders");

        await routes.CatchUpAsync(CancellationToken.None);

        Assert.Equal(
            ["a:1", "b:1"],
            Registry.Log.Entries.Where(entry => entry.EventId == NotRoutedEvent)
                .Select(entry => entry.Message.Split(' ')[1])
                .Order());
        Assert.NotNull(Answer(routes, "/orders/7"));
        Assert.Null(routes.Problem);
    }
}
