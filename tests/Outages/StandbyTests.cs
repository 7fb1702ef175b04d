using System.Net;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Outages;

/// <summary>Two servers, one of them the other's standby, and a connection string that names both.</summary>
public sealed class StandbyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("")]
    [InlineData(";Target Session Attributes=primary")]
    public async Task When_the_standby_becomes_the_primary_silos_and_workers_continue_with_it(string target)
    {
        await using var server = await OwnServer.StartAsync();
        var port = await server.AddReplicaAsync();
        // The standby comes first: a client that does not ask for the primary connects to it.
        var both = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = $"127.0.0.1:{port},127.0.0.1:{server.Port}",
        }.ConnectionString + target;
        await using var fleet = await OutageFleet.StartAsync(both);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await UntilReplicatedAsync(server);
        await using var callers = new SteadyCallers(fleet, "/orders");

        await server.StopAsync("immediate");
        await server.PromoteReplicaAsync(port);
        await server.AddEndpointAsync("/invoices");
        var took = await fleet.RecoverAsync("/invoices");

        await callers.AssertAllAnsweredAsync();
        output.WriteLine(
            $"served by all {took} after the promotion; slowest answer {callers.Reloads.Max(reload => reload.Took)} "
            + $"of {callers.Reloads.Count}");
        Assert.All(fleet.Silos, silo => Assert.False(silo.Exited.IsCompleted));
        Assert.True(took < TimeSpan.FromSeconds(15), $"it took {took}");
    }

    [Fact]
    public async Task A_standby_that_lacks_the_last_version_is_followed_by_a_larger_one_without_an_edit_or_a_restart()
    {
        await using var server = await OwnServer.StartAsync();
        var port = await server.AddReplicaAsync();
        var both = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = $"127.0.0.1:{server.Port},127.0.0.1:{port}",
        }.ConnectionString;
        await using var fleet = await OutageFleet.StartAsync(both);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await UntilReplicatedAsync(server);
        await server.DetachReplicaAsync(port);
        await server.AddEndpointAsync("/invoices");
        await fleet.RecoverAsync("/invoices");
        var lost = (await fleet.ReloadAsync(silo: 0)).Receipt!.Version;

        await server.StopAsync("immediate");
        await server.PromoteReplicaAsync(port);
        await Deadline.UntilAsync(
            async () => await fleet.AskWorkerAsync("/invoices") == HttpStatusCode.NotFound,
            "a worker that serves what the new primary has");
        await fleet.RecoverAsync("/orders");
        var next = (await fleet.ReloadAsync(silo: 1)).Receipt!.Version;

        output.WriteLine($"version {lost} was lost and {next} replaced it");
        Assert.True(next > lost, $"version {next} after {lost}");
        Assert.All(fleet.Silos, silo => Assert.False(silo.Exited.IsCompleted));
    }

    private static Task UntilReplicatedAsync(OwnServer server) => server.UntilAsync(
        "select coalesce(bool_and(replay_lsn >= pg_current_wal_flush_lsn()), false) from pg_stat_replication",
        "a standby that has replayed everything");
}
