using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Cluster;

public sealed class FailoverTests
{
    [Fact]
    public async Task A_cluster_that_loses_its_coordinator_by_SIGKILL_and_another_silo_by_SIGTERM_continues()
    {
        await using var fleet = await Fleet.StartAsync(silos: 3);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        var first = await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        var coordinator = fleet.Silos.Silos.Single(silo => silo.Name == first.Silo);
        var survivors = fleet.Silos.Silos.Where(silo => silo != coordinator).ToList();

        coordinator.Kill();
        await coordinator.Exited.Within("the killed silo's end");
        await fleet.Database.AddEndpointAsync("invoices", "/invoices");
        var second = await fleet.ReloadUntilAnsweredAsync(survivors[0]);

        await survivors[0].StopAsync();
        await fleet.Database.AddEndpointAsync("payments", "/payments");
        var third = await fleet.ReloadUntilAnsweredAsync(survivors[1]);

        Assert.Equal(0, await survivors[0].Exited);
        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(receipt => receipt.Version.Value));
        Assert.Equal(survivors[1].Name, third.Silo);
        Assert.Empty(await fleet.Database.ErrorsAsync());
    }

    [Fact]
    public async Task A_silo_that_joins_later_serves_the_same_version()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);

        var joined = await fleet.Silos.AddAsync();
        var receipt = await fleet.ReloadAsync(joined);

        Assert.Equal((ReloadOutcome.UpToDate, new RouteVersion(1)), (receipt.Outcome, receipt.Version));
    }
}
