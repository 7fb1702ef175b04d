using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// A silo answers its clients by itself. Orleans' grain directory, which is spread over all silos, takes no part in it.
/// </summary>
public sealed class EmptyGrainDirectoryTests
{
    [Fact]
    public async Task A_silo_answers_at_every_entry_while_all_others_are_frozen()
    {
        await using var fleet = await Silos.StartAsync();
        await fleet.BeginAsync();
        using var client = await ConnectAsync(fleet, fleet.Silos.Silos[2].Name);
        var grains = client.Services.GetRequiredService<IGrainFactory>();
        var frozen = fleet.Silos.Silos.Take(2).ToList();
        var members = await KeptMembers.KeepAsync(fleet.Database, frozen);

        frozen.ForEach(silo => silo.Suspend());
        var entries = Enumerable.Range(0, 16).Select(entry => grains.GetGrain<IGatewayEntryGrain>(entry));
        var answers = await Task.WhenAll(
            entries.Select(entry => entry.LockFreeAsync(Fleet.Registry, TimeSpan.FromMilliseconds(500))))
            .Within("the answers of the silo that is left");

        Assert.All(answers, Assert.True);
        await members.LetGoAsync();
        frozen.ForEach(silo => silo.Resume());
        await client.StopAsync();
    }

    // A client that knows a single gateway.
    private static async Task<IHost> ConnectAsync(Fleet fleet, string silo)
    {
        var port = await fleet.Database.ScalarAsync<int>(
            $"select ProxyPort from orleans.OrleansMembershipTable where SiloName = '{silo}'");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .UseStaticClustering(new IPEndPoint(IPAddress.Loopback, port))
            .Configure<ClusterOptions>(
                options => (options.ClusterId, options.ServiceId) = (fleet.Database.Name, "endpointsync")));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
