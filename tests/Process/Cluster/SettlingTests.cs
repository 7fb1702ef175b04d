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
        Assert.Equal(2, await DrawnAsync(fleet));
        await fleet.Database.UntilAsync(SettledSql, "the second draw");

        Assert.Equal(3, await DrawnAsync(fleet));
    }

    [Fact]
    public async Task The_poll_of_any_silo_draws_what_a_silo_that_died_has_left()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1, pollInterval: "01:00:00");
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        fleet.Silos.Silos[0].Kill();
        Assert.False(await fleet.Database.ScalarAsync<bool>("select settled from endpoint_sync.state"));

        await using var next = await SiloProcess.StartAsync(Fleet.Options(fleet.Database) with { Name = "next" });

        await fleet.Database.UntilAsync(SettledSql, "the poll");
    }

    private static Task<long> DrawnAsync(Fleet fleet) => fleet.Database.ScalarAsync<long>("select last_value from endpoint_route_version");
}
