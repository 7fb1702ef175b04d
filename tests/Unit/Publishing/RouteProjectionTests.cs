using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class RouteProjectionTests
{
    [Fact]
    public void Rules_and_methods_are_read_from_the_routing_as_Odoo_reads_them()
    {
        var route = RouteProjection.Publish(
            Stored("""{"routes": ["/a/", "/a/<path:p>"], "methods": ["GET", "PATCH"]}"""));

        Assert.Equal(["/a/", "/a/<path:p>"], route.Rules);
        Assert.Equal(["GET", "PATCH"], route.Methods);
        Assert.Equal(("key", "app", null), (route.Key, route.App, route.Problem));
    }

    [Theory]
    [InlineData("""{"routes": ["/a"]}""")]
    [InlineData("""{"routes": ["/a"], "methods": null}""")]
    public void A_routing_without_methods_answers_all_methods(string routing) =>
        Assert.Empty(RouteProjection.Publish(Stored(routing)).Methods);

    [Theory]
    [InlineData(null, "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "")]
    [InlineData("{}", "no list of routes")]
    [InlineData("""{"routes": "/a"}""", "routes are not a list of strings")]
    [InlineData("""{"routes": [1]}""", "routes are not a list of strings")]
    [InlineData("""{"routes": ["/a"], "methods": ["GET", 2]}""", "methods are not a list of strings")]
    public void An_unreadable_row_answers_nothing_and_gives_the_reason(string? routing, string reason)
    {
        var route = RouteProjection.Publish(Stored(routing));

        Assert.Empty(route.Rules);
        Assert.Contains(reason, route.Problem, StringComparison.Ordinal);
        Assert.Equal(Stored(routing).Hash, route.Hash);
    }

    [Fact]
    public void A_row_that_is_too_long_for_a_message_answers_nothing_and_gives_the_reason()
    {
        var routing = $$"""{"routes": ["/{{new string('a', RouteProjection.MostCharacters)}}"]}""";

        var route = RouteProjection.Publish(Stored(routing));

        Assert.Empty(route.Rules);
        Assert.Contains("65,536 is the limit", route.Problem, StringComparison.Ordinal);
        Assert.Equal(Stored(routing).Hash, route.Hash);
    }

    private static StoredRoute Stored(string? routing) => new("key", "/a", null, routing, null, "app");
}
