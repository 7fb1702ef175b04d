using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class ClientFailoverTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_reload_outlives_the_silo_that_was_running_it()
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 2);
        await using var host = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
        var owner = (await host.ReloadAsync()).Silo;
        await using var blocked = await ClientBlockedSync.BeginAsync(cluster.Database);
        var reload = host.ReloadAsync();
        await cluster.Database.UntilBlockedAsync();

        var killed = TimeProvider.System.GetTimestamp();
        var silo = cluster.Silos.Silos.Single(silo => silo.Name == owner);
        var members = await KeptMembers.KeepAsync(cluster.Membership, silo);
        silo.Kill();
        await blocked.ReleaseAsync();
        var receipt = await reload.Within("the receipt");

        var took = TimeProvider.System.GetElapsedTime(killed);
        output.WriteLine($"From the kill to the receipt: {took.TotalMilliseconds:0} ms");
        Assert.True(receipt.InSync);
        Assert.NotEqual(owner, receipt.Silo);
        await members.LetGoAsync();
    }
}
