using EndpointSync.Publishing;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class RouteFeedsTests
{
    [Theory]
    [InlineData(0, "open-spp.2_x")]
    [InlineData(15, "open-spp.2_x/15")]
    public void Every_door_leads_to_the_registry_and_the_first_has_its_name(int door, string expected)
    {
        var key = RouteFeeds.Key("open-spp.2_x", door);

        Assert.Equal(expected, key);
        Assert.Equal("open-spp.2_x", RouteFeeds.RegistryOf(key));
    }

    [Fact]
    public void No_registry_has_the_name_of_a_door() => Assert.False(RegistryName.IsValid(RouteFeeds.Key("openspp", 1)));
}
