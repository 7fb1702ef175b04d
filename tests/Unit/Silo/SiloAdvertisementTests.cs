using EndpointSync.Silo.Access;
using EndpointSync.Silo.Hosting;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class SiloAdvertisementTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080", null, "http://127.0.0.1:5080/")]
    [InlineData("http://0.0.0.0:5080", null, "http://10.0.0.7:5080/")]
    [InlineData("http://[::]:5080", null, "http://10.0.0.7:5080/")]
    [InlineData("http://*:5080", null, "http://10.0.0.7:5080/")]
    [InlineData("https://+:5443", null, "https://10.0.0.7:5443/")]
    [InlineData("http://unix:/tmp/socket", null, null)]
    [InlineData("http://0.0.0.0:5080", "https://silo.example.org/a/", "https://silo.example.org/a/")]
    public void A_silo_names_an_address_where_workers_reach_it(string listens, string? set, string? named)
    {
        var settings = new SiloSettings
        {
            Cluster = new ClusterSettings { AdvertisedAddress = "10.0.0.7" },
            Http = new HttpSettings { AdvertisedUrl = set },
        };

        Assert.Equal(named, SiloAdvertisement.Of(settings, [listens]));
    }
}
