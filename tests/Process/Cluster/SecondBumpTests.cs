using System.Data;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>
/// The second bump of Odoo's sequence. It frees a worker that read an old snapshot after the first bump.
/// </summary>
public sealed class SecondBumpTests
{
    private const string BumpedAgainSql =
        "select bumped_again and bumped_version = version and version = 1 from endpoint_sync.state";

    [Fact]
    public async Task The_silo_that_made_a_version_bumps_again_long_before_its_next_poll()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, pollInterval: "01:00:00");
        await fleet.Database.AddEndpointAsync("orders", "/orders");

        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        await fleet.Database.UntilAsync(BumpedAgainSql, "the second bump");

        // By the trigger of the insert, after the commit, and once again.
        Assert.Equal(3, await fleet.Database.ScalarAsync<long>("select last_value from endpoint_route_version"));
    }

    [Fact]
    public async Task The_poll_of_any_silo_bumps_again_for_a_silo_that_died()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, pollInterval: "01:00:00");
        await using (var reader = await fleet.Database.Source.OpenConnectionAsync(CancellationToken.None))
        {
            // In a session of its own: what a session edits is left alone while it has a snapshot.
            await fleet.Database.AddEndpointAsync("orders", "/orders");
            await using var snapshot = await reader.BeginTransactionAsync(
                IsolationLevel.RepeatableRead, CancellationToken.None);
            await using var command = reader.CreateCommand();
            command.CommandText = "select from fastapi_endpoint";
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            await fleet.ReloadAsync(fleet.Silos.Silos[0]);
            fleet.Silos.Silos[0].Kill();
            await fleet.Silos.Silos[0].Exited.Within("the killed silo's end");
            Assert.False(await fleet.Database.ScalarAsync<bool>("select bumped_again from endpoint_sync.state"));
        }

        // In a separate cluster; in the same one it would wait until the killed silo's membership row is stale.
        await using var next = await SiloProcess.StartAsync(
            Fleet.Options(fleet.Database) with { Name = "next", ClusterId = $"{fleet.Database.Name}-next" });

        await fleet.Database.UntilAsync(BumpedAgainSql, "the poll");
    }
}
