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
    public async Task A_database_that_was_restored_from_a_backup_is_not_followed_until_it_is_ahead_again()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.GoBackToFirstVersionAsync();

        await routes.PollAsync(CancellationToken.None);
        var problem = routes.Problem;
        await PublishAsync("/a");
        await PublishAsync("/b");
        await routes.PollAsync(CancellationToken.None);

        Assert.Contains("backup", problem, StringComparison.Ordinal);
        Assert.Equal((3L, null), (routes.Version.Value, routes.Problem));
        Assert.Equal(await StoredAsync(new RouteVersion(3)), Served(routes.Image!));
        Assert.Null(Answer(routes, "/customers/7"));
    }

    [Fact]
    public async Task A_version_number_that_a_restored_database_reuses_is_another_table()
    {
        var routes = NewRoutes();
        await PublishAsync("/orders");
        await PublishAsync("/customers");
        await routes.CatchUpAsync(CancellationToken.None);
        await Database.GoBackToFirstVersionAsync();
        var again = await PublishAsync("/items");

        await routes.TakeUpAsync(again, CancellationToken.None);

        Assert.Equal((2L, null), (routes.Version.Value, routes.Problem));
        Assert.NotNull(Answer(routes, "/items/7"));
        Assert.Null(Answer(routes, "/customers/7"));
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
