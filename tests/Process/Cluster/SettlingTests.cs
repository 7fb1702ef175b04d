using System.Data;
using EndpointSync.Local.Silos;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>The draw of Odoo's sequence that frees the worker which read an old snapshot after the draw behind a commit.</summary>
public sealed class SettlingTests
{
    private const string SettledSql = "select settled and signalled_version = version and version = 1 from endpoint_sync.state";

    [Fact]
    public async Task The_silo_that_made_a_version_draws_once_more_long_before_its_next_poll()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, pollInterval: "01:00:00");
        await fleet.Database.AddEndpointAsync("orders", "/orders");

        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        await fleet.Database.UntilAsync(SettledSql, "the second draw");

        // By the trigger of the insert, behind the commit, and once more.
        Assert.Equal(3, await fleet.Database.ScalarAsync<long>("select last_value from endpoint_route_version"));
    }

    [Fact]
    public async Task The_poll_of_any_silo_draws_what_a_silo_that_died_has_left()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, pollInterval: "01:00:00");
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await using (var reader = await fleet.Database.Source.OpenConnectionAsync(CancellationToken.None))
        {
            await using var snapshot = await reader.BeginTransactionAsync(IsolationLevel.RepeatableRead, CancellationToken.None);
            await using var command = reader.CreateCommand();
            command.CommandText = "select from fastapi_endpoint";
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            await fleet.ReloadAsync(fleet.Silos.Silos[0]);
            fleet.Silos.Silos[0].Kill();
            await fleet.Silos.Silos[0].Exited.Within("the killed silo's end");
            Assert.False(await fleet.Database.ScalarAsync<bool>("select settled from endpoint_sync.state"));
        }

        // In a cluster of its own, because it would wait until the killed silo's membership row counts as stale.
        await using var next = await SiloProcess.StartAsync(Fleet.Options(fleet.Database) with { Name = "next", ClusterId = $"{fleet.Database.Name}-next" });

        await fleet.Database.UntilAsync(SettledSql, "the poll");
    }
}
