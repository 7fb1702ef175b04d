using System.Diagnostics;
using System.Net;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Outages;

/// <summary>The view of callers, workers and supervisors when the only database goes away and comes back.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_restart_under_load_costs_no_workers_answer_and_every_caller_gets_a_clear_answer()
    {
        await using var server = await OwnServer.StartAsync();
        await using var fleet = await OutageFleet.StartAsync(server.ConnectionString);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await using var callers = new SteadyCallers(fleet, "/orders");

        await server.StopAsync("fast");
        await callers.UntilRefusedAsync(2);
        await server.StartAgainAsync();
        await server.AddEndpointAsync("/invoices");
        var took = await fleet.RecoverAsync("/invoices");

        await callers.AssertAllAnsweredAsync();
        output.WriteLine(
            $"served by all {took} after the return; slowest answer {callers.Reloads.Max(reload => reload.Took)} of "
            + $"{callers.Reloads.Count}");
        Assert.True(took < TimeSpan.FromSeconds(15), $"it took {took}");
    }

    [Fact]
    public async Task A_frozen_server_blocks_no_caller_beyond_the_deadline_and_the_silos_stay_ready()
    {
        await using var server = await OwnServer.StartAsync();
        await using var fleet = await OutageFleet.StartAsync(server.ConnectionString);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await using var callers = new SteadyCallers(fleet, "/orders");

        using (server.Freeze())
        {
            var (ready, live) = (await fleet.HealthAsync("ready"), await fleet.HealthAsync("live"));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ready.Status, live.Status));
            Assert.Contains("\"Degraded\"", ready.Text, StringComparison.Ordinal);
            Assert.True(ready.Took < TimeSpan.FromSeconds(6), $"the health took {ready.Took}");
            await callers.UntilRefusedAsync(2);
        }

        await server.AddEndpointAsync("/invoices");
        var took = await fleet.RecoverAsync("/invoices");

        await callers.AssertAllAnsweredAsync();
        output.WriteLine(
            $"served by all {took} after the thaw; slowest answer {callers.Reloads.Max(reload => reload.Took)} of "
            + $"{callers.Reloads.Count}");
        Assert.True(took < TimeSpan.FromSeconds(20), $"it took {took}");
    }

    [Fact]
    public async Task A_server_without_free_connections_is_reported_as_such_and_silos_catch_up_afterwards()
    {
        await using var server = await OwnServer.StartAsync(
            ("max_connections", "40"), ("superuser_reserved_connections", "0"));
        await using var fleet = await OutageFleet.StartAsync(server.ConnectionString);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await server.AddEndpointAsync("/invoices");

        var taken = await TakeEveryConnectionAsync(server);
        var refused = await fleet.ReloadAsync(silo: 0);
        var worker = await fleet.AskWorkerAsync("/orders");
        await Task.WhenAll(taken.Select(connection => connection.DisposeAsync().AsTask()));
        var took = await fleet.RecoverAsync("/invoices");

        refused.AssertClear();
        Assert.Contains("53300", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, worker);
        output.WriteLine($"refused after {refused.Took}; served by all {took} after the relief");
        Assert.True(took < TimeSpan.FromSeconds(15), $"it took {took}");
    }

    // Terminates the silos' sessions again and again until the test holds every connection.
    private static async Task<List<NpgsqlConnection>> TakeEveryConnectionAsync(OwnServer server)
    {
        var taken = new List<NpgsqlConnection> { await server.Source.OpenConnectionAsync() };
        var started = Stopwatch.GetTimestamp();
        while (taken.Count < 40)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline.MaxWait, "not every connection could be taken");
            try
            {
                taken.Add(await server.Source.OpenConnectionAsync());
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await using var end = new NpgsqlCommand(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name like "
                    + "'EndpointSync%'",
                    taken[0]);
                await end.ExecuteNonQueryAsync();
            }
        }

        return taken;
    }
}
