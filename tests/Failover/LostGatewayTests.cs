using EndpointSync.Client;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Failover;

/// <summary>The gateway of a client is also the coordinator's silo, and it is lost.</summary>
public sealed class LostGatewayTests(ITestOutputHelper output)
{
    private const string AllGateways = "Now has '3' live gateways";

    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task A_clients_reload_succeeds_soon_after_its_gateway_is_lost_together_with_the_coordinator(Loss loss)
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 1);
        var lostSilo = cluster.Silos.Silos[0];
        await using var host = await ClientHost.StartedAsync(cluster.Membership.ConnectionString, ShowGateways);
        await host.ReloadAsync();
        await Task.WhenAll(
            cluster.Silos.AddAsync(TestContext.Current.CancellationToken),
            cluster.Silos.AddAsync(TestContext.Current.CancellationToken));
        await host.Log.FirstAsync(AllGateways);
        await cluster.Database.AddEndpointAsync("orders", "/orders");

        lostSilo.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipt = await host.ReloadAsync();

        var took = TimeProvider.System.GetElapsedTime(lost);
        output.WriteLine($"{loss}: the client's reload succeeded after {took.TotalMilliseconds:0} ms");
        Assert.True(receipt.InSync);
        Assert.NotEqual(lostSilo.Name, receipt.Silo);
        Assert.InRange(took, TimeSpan.Zero, Losses.Longest);
        lostSilo.Resume();
    }

    // Orleans' own profile does not give up the silo while the client waits.
    [Fact]
    public async Task A_client_that_waits_for_silos_is_answered_by_another_one_when_its_gateway_is_frozen()
    {
        await using var fleet = await Fleet.StartAsync(
            silos: 1, database => Silos.Options(database, profile: "Orleans"));
        var lostSilo = fleet.Silos.Silos[0];
        await using var host = new ClientHost(
            fleet.Database.ConnectionString, new() { ["EndpointSync:Cluster:ClusterId"] = fleet.Database.Name },
            ShowGateways);
        await host.StartAsync();
        var wait = new ReloadOptions { WaitFor = WaitFor.Silos, ConvergenceTimeout = TimeSpan.FromSeconds(9) };
        await host.ReloadAsync(options: wait);
        await Task.WhenAll(
            fleet.Silos.AddAsync(TestContext.Current.CancellationToken),
            fleet.Silos.AddAsync(TestContext.Current.CancellationToken));
        await host.Log.FirstAsync(AllGateways);

        lostSilo.Suspend();
        var receipt = await host.ReloadAsync(options: wait);

        Assert.Equal([lostSilo.Name], receipt.Convergence!.Missing.Select(silo => silo.Name));
        lostSilo.Resume();
    }

    // Only Orleans' log reports the gateways that a client knows.
    private static void ShowGateways(IServiceCollection services) =>
        services.AddLogging(log => log.AddFilter("Orleans.Messaging.GatewayManager", LogLevel.Debug));
}
