using EndpointSync.Client;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Failover;

/// <summary>The gateway of a client is also the coordinator's silo, and it is lost.</summary>
public sealed class LostGatewayTests(ITestOutputHelper output)
{
    private const int Gateways = 3;

    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task A_clients_reload_succeeds_soon_after_its_gateway_is_lost_together_with_the_coordinator(Loss loss)
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, database => Silos.Options(database, "Balanced"));
        var lostSilo = fleet.Silos.Silos[0];
        await using var host = await StartClientAsync(fleet);
        await host.ReloadAsync();
        await AddGatewaysAsync(fleet, host);
        var members = await KeptMembers.KeepAsync(fleet.Database, lostSilo);

        lostSilo.Lose(loss);
        // The first call after the timeout goes to one gateway after another, and each reload begins with the next.
        foreach (var version in Enumerable.Range(1, Gateways))
        {
            await fleet.DeclareAsync($"e{version}");
            var lost = TimeProvider.System.GetTimestamp();
            var receipt = await host.ReloadAsync();

            var took = TimeProvider.System.GetElapsedTime(lost);
            output.WriteLine($"{loss}: the client's reload {version} succeeded after {took.TotalMilliseconds:0} ms");
            Assert.Equal((version, true), (receipt.Version.Value, receipt.InSync));
            Assert.NotEqual(lostSilo.Name, receipt.Silo);
            Silos.AssertTimedOut(loss, took, string.Join('\n', host.Log.Entries.Select(entry => entry.Message)));
        }

        await members.LetGoAsync();
        lostSilo.Resume();
    }

    [Fact]
    public async Task A_client_that_waits_for_silos_is_answered_by_another_one_when_its_gateway_is_frozen()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, database => Silos.Options(database, "Balanced"));
        var lostSilo = fleet.Silos.Silos[0];
        await using var host = await StartClientAsync(fleet);
        var wait = new ReloadOptions { WaitFor = WaitFor.Silos, ConvergenceTimeout = TimeSpan.FromSeconds(9) };
        await host.ReloadAsync(options: wait);
        await AddGatewaysAsync(fleet, host);
        var members = await KeptMembers.KeepAsync(fleet.Database, lostSilo);

        lostSilo.Suspend();

        // A busy machine may answer late and name others too, but it names the frozen one alone in the end.
        await Deadline.UntilAsync(
            async () => (await host.ReloadAsync(options: wait)).Convergence!.Missing
                .Select(silo => silo.Name).SequenceEqual([lostSilo.Name]),
            "the convergence of all but the frozen silo");
        await members.LetGoAsync();
        lostSilo.Resume();
    }

    private static async Task<ClientHost> StartClientAsync(Fleet fleet)
    {
        var host = new ClientHost(
            fleet.Database.ConnectionString, new() { ["EndpointSync:Cluster:ClusterId"] = fleet.Database.Name },
            ShowGateways);
        await host.StartAsync();
        return host;
    }

    private static async Task AddGatewaysAsync(Fleet fleet, ClientHost host)
    {
        await Task.WhenAll(
            Enumerable.Range(1, Gateways - 1)
                .Select(_ => fleet.Silos.AddAsync(TestContext.Current.CancellationToken)));
        await host.Log.FirstAsync($"Now has '{Gateways}' live gateways");
    }

    // Only Orleans' log reports the gateways that a client knows.
    private static void ShowGateways(IServiceCollection services) =>
        services.AddLogging(log => log.AddFilter("Orleans.Messaging.GatewayManager", LogLevel.Debug));
}
