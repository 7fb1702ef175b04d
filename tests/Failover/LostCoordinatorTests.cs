using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

public sealed class LostCoordinatorTests(ITestOutputHelper output)
{
    // With Orleans' own settings a cluster gives up a lost silo after a minute and a half.
    private const string SlowProfile = "Orleans";

    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task A_reload_at_any_other_silo_succeeds_soon_after_the_coordinators_silo_is_lost(Loss loss)
    {
        await using var fleet = await Silos.StartAsync(SlowProfile);
        var (coordinator, others) = await fleet.BeginAsync();
        await fleet.DeclareAsync("invoices");

        coordinator.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipts = await Task.WhenAll(others.Select(fleet.ReloadAsync));

        await AssertWithoutTheClusterAsync(fleet, [coordinator], lost, loss);
        Assert.All(receipts, receipt => Assert.Equal((new RouteVersion(2), true), (receipt.Version, receipt.InSync)));
        Assert.All(receipts, receipt => Assert.NotEqual(coordinator.Name, receipt.Silo));
        Assert.Equal(2, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
        coordinator.Resume();
    }

    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task The_last_silo_of_three_reloads_soon_after_the_others_are_lost(Loss loss)
    {
        await using var fleet = await Silos.StartAsync(SlowProfile);
        var (coordinator, others) = await fleet.BeginAsync();
        await fleet.DeclareAsync("invoices");

        coordinator.Lose(loss);
        others[0].Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipt = await fleet.ReloadAsync(others[1]);

        await AssertWithoutTheClusterAsync(fleet, [coordinator, others[0]], lost, loss);
        Assert.Equal((new RouteVersion(2), true, others[1].Name), (receipt.Version, receipt.InSync, receipt.Silo));
        await fleet.DeclareAsync("payments");
        Assert.Equal(new RouteVersion(3), (await fleet.ReloadAsync(others[1])).Version);
        coordinator.Resume();
        others[0].Resume();
    }

    // The promise of 1.5 seconds is measured by ./bench failover. What it rests on is asserted here, on a machine of
    // any speed: no reload waits until the cluster has given up what it has lost.
    private async Task AssertWithoutTheClusterAsync(
        Fleet fleet, IReadOnlyList<SiloProcess> members, long lost, Loss loss)
    {
        var took = TimeProvider.System.GetElapsedTime(lost);
        output.WriteLine($"{loss}: a reload succeeded after {took.TotalMilliseconds:0} ms");
        foreach (var silo in members)
        {
            Assert.True(await fleet.IsMemberAsync(silo), $"{silo.Name} was given up before the reload succeeded");
        }
    }
}
