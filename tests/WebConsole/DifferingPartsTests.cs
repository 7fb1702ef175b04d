using EndpointSync.WebConsole.History;

namespace EndpointSync.Tests.WebConsole;

/// <summary>What a page shows of a route that has changed.</summary>
public sealed class DifferingPartsTests
{
    [Fact]
    public void Of_an_object_only_the_members_that_differ_are_shown() =>
        Assert.Equal(
            [("routing.methods", """["GET"]"""), ("routing.auth", "(none)")],
            DifferingParts.Of(
                Route("""{"type": "fastapi", "methods": ["GET"]}"""),
                Route("""{"type": "fastapi", "methods": ["POST"], "auth": "public"}""")));

    [Fact]
    public void Of_an_added_or_removed_route_nothing_is_shown_beside_its_rule() =>
        Assert.Empty(DifferingParts.Of(Route("{}"), null));

    [Fact]
    public void The_app_is_shown_if_it_is_another() =>
        Assert.Equal([("app", "two")], DifferingParts.Of(Route("{}", "two"), Route("{}", "one")));

    [Theory]
    [InlineData("{\"a\": 1")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{\"\\ud800\": 1}")]
    public void What_is_no_object_is_shown_whole(string routing) =>
        Assert.Equal([("routing", routing)], DifferingParts.Of(Route(routing), Route("""{"a": 1}""")));

    [Fact]
    public void A_column_without_a_value_says_so() =>
        Assert.Equal([("routing", "(none)")], DifferingParts.Of(Route(null), Route("{}")));

    private static RouteView Route(string? routing, string? app = "one") =>
        new("key", "/a", new RouteVersion(1), null, routing, app);
}
