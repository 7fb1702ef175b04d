using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class RouteProjectionTests
{
    [Fact]
    public void Rules_and_methods_are_those_of_the_routing_like_Odoos_readers_take_them()
    {
        var route = RouteProjection.Publish(Stored("""{"routes": ["/a/", "/a/<path:p>"], "methods": ["GET", "PATCH"]}"""));

        Assert.Equal(["/a/", "/a/<path:p>"], route.Rules);
        Assert.Equal(["GET", "PATCH"], route.Methods);
        Assert.Equal(("key", "app", null), (route.Key, route.App, route.Problem));
    }

    [Theory]
    [InlineData("""{"routes": ["/a"]}""")]
    [InlineData("""{"routes": ["/a"], "methods": null}""")]
    public void Without_methods_all_are_answered(string routing) => Assert.Empty(RouteProjection.Publish(Stored(routing)).Methods);

    [Theory]
    [InlineData(null, "no JSON object")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "")]
    [InlineData("{}", "no list of routes")]
    [InlineData("""{"routes": "/a"}""", "routes are no list of texts")]
    [InlineData("""{"routes": [1]}""", "routes are no list of texts")]
    [InlineData("""{"routes": ["/a"], "methods": ["GET", 2]}""", "methods are no list of texts")]
    public void A_row_that_cannot_be_read_answers_nothing_and_says_why(string? routing, string reason)
    {
        var route = RouteProjection.Publish(Stored(routing));

        Assert.Empty(route.Rules);
        Assert.Contains(reason, route.Problem, StringComparison.Ordinal);
        Assert.Equal(Stored(routing).Hash, route.Hash);
    }

    private static StoredRoute Stored(string? routing) => new("key", "/a", null, routing, null, "app");
}
