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

        coordinator.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipts = await Task.WhenAll(others.Select(fleet.ReloadAsync));

        AssertSoon(lost, loss);
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

        coordinator.Lose(loss);
        others[0].Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipt = await fleet.ReloadAsync(others[1]);

        AssertSoon(lost, loss);
        Assert.Equal((new RouteVersion(2), true, others[1].Name), (receipt.Version, receipt.InSync, receipt.Silo));
        await fleet.DeclareAsync("payments");
        Assert.Equal(new RouteVersion(3), (await fleet.ReloadAsync(others[1])).Version);
        coordinator.Resume();
        others[0].Resume();
    }

    private void AssertSoon(long lost, Loss loss)
    {
        var took = TimeProvider.System.GetElapsedTime(lost);
        output.WriteLine($"{loss}: a reload succeeded after {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, Losses.Longest);
    }
}
