using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Failover;

public sealed class LostCoordinatorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task A_reload_at_any_other_silo_succeeds_soon_after_the_coordinators_silo_is_lost(Loss loss)
    {
        await using var fleet = await Silos.StartAsync();
        var (coordinator, others) = await fleet.BeginAsync();
        await fleet.DeclareAsync("invoices");
        var members = await KeptMembers.KeepAsync(fleet.Database, coordinator);

        coordinator.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipts = await Task.WhenAll(others.Select(fleet.ReloadAsync));

        var took = Report(lost, loss);
        await members.LetGoAsync();
        Assert.All(others, silo => Silos.AssertTimedOut(loss, took, silo.Output));
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
        await using var fleet = await Silos.StartAsync();
        var (coordinator, others) = await fleet.BeginAsync();
        await fleet.DeclareAsync("invoices");
        var members = await KeptMembers.KeepAsync(fleet.Database, coordinator, others[0]);

        coordinator.Lose(loss);
        others[0].Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipt = await fleet.ReloadAsync(others[1]);

        var took = Report(lost, loss);
        Silos.AssertTimedOut(loss, took, others[1].Output);
        Assert.Equal((new RouteVersion(2), true, others[1].Name), (receipt.Version, receipt.InSync, receipt.Silo));
        await fleet.DeclareAsync("payments");
        Assert.Equal(new RouteVersion(3), (await fleet.ReloadAsync(others[1])).Version);
        await members.LetGoAsync();
        coordinator.Resume();
        others[0].Resume();
    }

    private TimeSpan Report(long lost, Loss loss)
    {
        var took = TimeProvider.System.GetElapsedTime(lost);
        output.WriteLine($"{loss}: a reload succeeded after {took.TotalMilliseconds:0} ms");
        return took;
    }
}
