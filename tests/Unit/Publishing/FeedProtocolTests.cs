using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class FeedProtocolTests
{
    [Theory]
    [InlineData(0, "open-spp.2_x")]
    [InlineData(15, "open-spp.2_x/15")]
    public void Every_entry_leads_to_the_registry_and_the_first_has_its_name(int entry, string expected)
    {
        var key = FeedProtocol.Key("open-spp.2_x", entry);

        Assert.Equal(expected, key);
        Assert.Equal("open-spp.2_x", FeedProtocol.RegistryOf(key));
    }

    [Fact]
    public void No_registry_can_have_the_name_of_an_entry() =>
        Assert.False(RegistryName.IsValid(FeedProtocol.Key("openspp", 1)));
}
