using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

public sealed class KilledClusterTests(ITestOutputHelper output)
{
    // The limit counts on top of the first start, whose length depends on the machine. The row of a killed silo keeps
    // others from joining until it is stale and a probe of the silo has failed: 3 and 2 seconds with the profile Fast,
    // 6 and 6 with Balanced.
    [Theory]
    [InlineData("Fast", 8)]
    [InlineData("Balanced", 16)]
    public async Task A_cluster_that_was_killed_as_a_whole_serves_soon_after_its_restart(string profile, int longest)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var fleet = await Silos.StartAsync(profile);
        await fleet.BeginAsync();
        var first = TimeProvider.System.GetElapsedTime(started);
        foreach (var silo in fleet.Silos.Silos)
        {
            silo.Kill();
        }

        await Task.WhenAll(fleet.Silos.Silos.Select(silo => silo.Exited)).Within("the end of the killed silos");
        await fleet.DeclareAsync("invoices");
        var restarted = TimeProvider.System.GetTimestamp();
        await using var again = await SiloCluster.StartAsync(
            3, Silos.Options(fleet.Database, profile), TestContext.Current.CancellationToken);
        var receipt = await fleet.ReloadAsync(again.Silos[2]);

        var second = TimeProvider.System.GetElapsedTime(restarted);
        output.WriteLine(
            $"{profile}: a reload was served {first.TotalMilliseconds:0} ms after the first start and "
            + $"{second.TotalMilliseconds:0} ms after the second");
        Assert.Equal((new RouteVersion(2), true), (receipt.Version, receipt.InSync));
        Assert.InRange(second - first, TimeSpan.MinValue, TimeSpan.FromSeconds(longest));
    }

    // A silo that joins takes another one for dead only if its heartbeat in the table is stale and it does not answer.
    [Fact]
    public async Task A_silo_that_joins_spares_a_living_one_whose_heartbeats_do_not_reach_the_table()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await using var holder = await fleet.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (
            var hold = new Npgsql.NpgsqlCommand(
                "select from orleans.OrleansMembershipTable for no key update", holder, transaction))
        {
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await fleet.Database.UntilAsync(
            "select max(IAmAliveTime) < now() - interval '4 seconds' from orleans.OrleansMembershipTable",
            "heartbeats that are stale");
        await fleet.Silos.AddAsync(TestContext.Current.CancellationToken);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            2,
            await fleet.Database.ScalarAsync<long>(
                "select count(*) from orleans.OrleansMembershipTable where Status = 3"));
        Assert.False(fleet.Silos.Silos[0].Exited.IsCompleted);
        Assert.True((await fleet.ReloadAsync(fleet.Silos.Silos[0])).InSync);
    }
}
