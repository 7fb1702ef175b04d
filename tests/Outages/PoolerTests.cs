using System.Diagnostics;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Outages;

/// <summary>A registry behind a pooler that may give each transaction another session.</summary>
public sealed class PoolerTests(ITestOutputHelper output)
{
    private const string SafeSession = "set search_path = pg_catalog, pg_temp; set row_security = off";
    private const string ForPooler = ";Max Auto Prepare=0;No Reset On Close=true";

    [Fact]
    public async Task Behind_a_pooler_in_transaction_mode_syncs_work_the_log_says_so_and_polls_find_foreign_changes()
    {
        Assert.SkipUnless(Pooler.Program is not null, "pgbouncer is not installed");
        await using var server = await OwnServer.StartAsync();
        await using var pooler = await Pooler.StartAsync(server.ConnectionString, SafeSession);
        await using var fleet = await OutageFleet.StartAsync(
            server.ConnectionString, pooler.ConnectionString + ForPooler);
        await server.AddEndpointAsync("/orders");

        await fleet.RecoverAsync("/orders");
        await Task.WhenAny(
            fleet.Silos.Select(silo => silo.WaitForOutputAsync("a pooler in transaction mode stands between")))
            .Unwrap()
            .Within("event 1704 with its reason");
        using var http = new HttpClient();
        Assert.Contains(
            "\"check\":\"pooler\"",
            await http.GetStringAsync(
                new Uri(fleet.Silos[0].Address, "api/v1/doctor"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var started = Stopwatch.GetTimestamp();
        await server.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) "
            + "values ('other:1', '/foreign', '{}', '{\"methods\": [\"GET\"], \"routes\": [\"/foreign\"]}')");
        await server.UntilAsync(
            "select exists (select from endpoint_sync.routes where key = 'other:1')",
            "a version with the other writer's route");
        var took = Stopwatch.GetElapsedTime(started);

        output.WriteLine($"adopted after {took}");
        Assert.True(took < TimeSpan.FromSeconds(10), $"it took {took}");
        for (var reload = 0; reload < 20; reload++)
        {
            var answer = await fleet.ReloadAsync(reload % 2);
            Assert.True(answer.Receipt is { InSync: true }, answer.Text);
        }
    }

    [Fact]
    public async Task A_pooler_that_drops_the_sessions_settings_is_reported_with_the_cure_and_nothing_is_synced()
    {
        Assert.SkipUnless(Pooler.Program is not null, "pgbouncer is not installed");
        await using var server = await OwnServer.StartAsync();
        await using var pooler = await Pooler.StartAsync(server.ConnectionString, "set row_security = off");
        await using var silo = await SiloProcess.StartAsync(
            new SiloProcessOptions
            {
                ClusterConnectionString = server.ConnectionString,
                Configuration = new Dictionary<string, string>
                {
                    // A silo is ready when it can use one of its registries.
                    ["EndpointSync:Registries:direct:CreateTables"] = "true",
                    ["EndpointSync:Registries:odoo:ConnectionString"] = pooler.ConnectionString + ForPooler,
                    ["EndpointSync:Registries:odoo:CreateTables"] = "true",
                },
            },
            TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = silo.Address };

        using var answer = await http.PostAsync(
            new Uri("api/v1/registries/odoo/reload", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("ignore_startup_parameters = search_path, options", text, StringComparison.Ordinal);
        Assert.Contains("connect_query=", text, StringComparison.Ordinal);
    }
}
