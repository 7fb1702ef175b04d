using System.Net;
using EndpointSync.Silo;
using EndpointSync.Silo.Hosting;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class ClusterEndpointsTests
{
    [Theory]
    [InlineData("Host=127.0.0.1", "127.0.0.1")]
    [InlineData("Host=localhost;Port=5433", "127.0.0.1")]
    [InlineData("Host=/var/run/postgresql", "127.0.0.1")]
    [InlineData("Host=no-such-machine.invalid,127.0.0.1", "127.0.0.1")]
    [InlineData("Host=::1", "::1")]
    public void Without_an_address_it_is_that_of_the_interface_which_reaches_the_database(
        string connectionString, string address)
    {
        var endpoints = ClusterEndpoints.Resolve(new ClusterSettings { ConnectionString = connectionString });

        Assert.Equal<(IPAddress, IPEndPoint, IPEndPoint)>(
            (IPAddress.Parse(address), new(IPAddress.Parse(address), 11111), new(IPAddress.Parse(address), 30000)),
            (endpoints.Advertised, endpoints.Silo, endpoints.Gateway));
    }

    [Fact]
    public void A_name_is_resolved()
    {
        var endpoints = ClusterEndpoints.Resolve(
            new ClusterSettings { ConnectionString = "Host=127.0.0.1", AdvertisedAddress = "localhost" });

        Assert.True(IPAddress.IsLoopback(endpoints.Advertised));
    }

    [Fact]
    public void An_unknown_name_is_refused_and_may_work_later()
    {
        var refused = Assert.Throws<StartException>(() => ClusterEndpoints.Resolve(new ClusterSettings
        {
            ConnectionString = "Host=127.0.0.1",
            AdvertisedAddress = "no-such-machine.invalid",
        }));

        Assert.Equal(StartException.Unavailable, refused.ExitCode);
        Assert.Contains("AdvertisedAddress (no-such-machine.invalid)", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:4001", "10.1.2.3:4002", "0.0.0.0:4001", "10.1.2.3:4002")]
    [InlineData("0.0.0.0", "10.1.2.3", "0.0.0.0:11111", "10.1.2.3:30000")]
    public void A_silo_may_listen_elsewhere_than_where_it_is_reached(
        string silo, string gateway, string listensForSilos, string listensForClients)
    {
        var endpoints = ClusterEndpoints.Resolve(new ClusterSettings
        {
            ConnectionString = "Host=127.0.0.1",
            AdvertisedAddress = "192.0.2.7",
            SiloListeningEndpoint = silo,
            GatewayListeningEndpoint = gateway,
            AllowPlaintextClusterTraffic = true,
        });

        Assert.Equal(
            ("192.0.2.7", listensForSilos, listensForClients),
            ($"{endpoints.Advertised}", $"{endpoints.Silo}", $"{endpoints.Gateway}"));
    }
}
