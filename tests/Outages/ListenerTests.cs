using System.Diagnostics;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Tests.Outages;

/// <summary>
/// The session that listens for notifications, and the changes that were notified while no session listened.
/// </summary>
public sealed class ListenerTests(ITestOutputHelper output)
{
    private const string Listens = "This silo listens to database";

    private const string ListenerSql =
        "select coalesce(max(client_port), 0)::bigint from pg_stat_activity where application_name like "
        + "'EndpointSync/%' and (query like 'listen %' or query like '%pg_listening_channels%')";

    [Fact]
    public async Task A_connection_that_goes_silent_is_detected_and_changes_made_meanwhile_are_found()
    {
        await using var server = await OwnServer.StartAsync();
        await using var relay = new Relay(server.Port);
        var relayed = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = relay.Port }.ConnectionString;
        await using var fleet = await OutageFleet.StartAsync(server.ConnectionString, relayed);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        var before = await UntilListeningAsync(server, except: 0);

        relay.Silence((int)before);
        var started = Stopwatch.GetTimestamp();
        await server.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) "
            + "values ('other:1', '/foreign', '{}', '{\"methods\": [\"GET\"], \"routes\": [\"/foreign\"]}')");
        await UntilListeningAsync(server, except: before);
        var listens = Stopwatch.GetElapsedTime(started);
        await UntilPublishedAsync(server, "other:1");

        output.WriteLine(
            $"listened to again {listens} and adopted {Stopwatch.GetElapsedTime(started)} "
            + "after the connection went silent");
        Assert.True(listens < TimeSpan.FromSeconds(15), $"it took {listens}");
    }

    [Fact]
    public async Task When_the_silo_that_listens_is_killed_another_one_listens_and_checks_everything()
    {
        await using var server = await OwnServer.StartAsync();
        await using var fleet = await OutageFleet.StartAsync(server.ConnectionString);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");
        await UntilListeningAsync(server, except: 0);
        // Once the membership is stable, one silo listens; before that, another one may listen for a moment.
        var listener = await ListenerAsync(server, fleet);
        var other = fleet.Silos.Single(silo => silo != listener);
        var before = Count(other.Output);

        listener.Kill();
        var started = Stopwatch.GetTimestamp();
        await server.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) "
            + "values ('other:1', '/foreign', '{}', '{\"methods\": [\"GET\"], \"routes\": [\"/foreign\"]}')");
        await Deadline.UntilAsync(() => Task.FromResult(Count(other.Output) > before), "event 1703 of the other silo");
        await UntilPublishedAsync(server, "other:1");

        output.WriteLine($"another silo listens and has adopted {Stopwatch.GetElapsedTime(started)} after the kill");
        Assert.Equal(HttpStatusCode.OK, await fleet.AskWorkerAsync("/orders"));
    }

    [Fact]
    public async Task Of_silos_that_reach_the_database_by_different_addresses_exactly_one_listens()
    {
        await using var server = await OwnServer.StartAsync();
        var silos = new List<SiloProcess>();
        var relays = new List<Relay>();
        try
        {
            for (var number = 1; number <= 3; number++)
            {
                var relay = new Relay(server.Port);
                relays.Add(relay);
                silos.Add(await SiloProcess.StartAsync(new SiloProcessOptions
                {
                    ClusterConnectionString = server.ConnectionString,
                    Name = $"silo-{number}",
                    Configuration = new Dictionary<string, string>
                    {
                        ["EndpointSync:Registries:orders:ConnectionString"] =
                            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = relay.Port }
                                .ConnectionString,
                        ["EndpointSync:Registries:orders:CreateTables"] = "true",
                    },
                }));
            }

            await ListenerNameAsync(server);
        }
        finally
        {
            foreach (var started in silos.Cast<IAsyncDisposable>().Concat(relays))
            {
                await started.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task While_the_server_is_away_silos_open_few_connections()
    {
        await using var server = await OwnServer.StartAsync();
        await using var relay = new Relay(server.Port);
        var relayed = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = relay.Port }.ConnectionString;
        await using var fleet = await OutageFleet.StartAsync(relayed);
        await server.AddEndpointAsync("/orders");
        await fleet.RecoverAsync("/orders");

        relay.IsRefusing = true;
        relay.Cut();
        var refused = await fleet.ReloadAsync(silo: 0);
        var before = relay.Count;
        var started = Stopwatch.GetTimestamp();
        // The test measures over time: a quiet fleet, without any reload.
        await Task.Delay(TimeSpan.FromSeconds(10));
        var attempts = (relay.Count - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        relay.IsRefusing = false;
        var took = await fleet.RecoverAsync("/orders");

        refused.AssertClear();
        output.WriteLine(
            $"{attempts:0.0} attempts a second of two silos and a worker with one pending reload; served by all "
            + $"{took} after the return");
        Assert.InRange(attempts, 0.1, 30);
    }

    private static int Count(string log) => log.Split(Listens).Length - 1;

    private static Task UntilPublishedAsync(OwnServer server, string key) => server.UntilAsync(
        $"select exists (select from endpoint_sync.routes where key = '{key}')", $"a version with the route {key}");

    private static async Task<long> UntilListeningAsync(OwnServer server, long except)
    {
        var port = 0L;
        await Deadline.UntilAsync(
            async () => (port = await server.ScalarAsync<long>(ListenerSql + $" and client_port <> {except}")) > 0,
            "a session that listens");
        return port;
    }

    private static async Task<SiloProcess> ListenerAsync(OwnServer server, OutageFleet fleet)
    {
        var name = await ListenerNameAsync(server);
        return fleet.Silos.Single(silo => name.EndsWith($", {silo.Name}", StringComparison.Ordinal));
    }

    private static async Task<string> ListenerNameAsync(OwnServer server)
    {
        var sql = ListenerSql.Replace(
            "coalesce(max(client_port), 0)::bigint",
            "coalesce(case when count(*) = 1 then max(application_name) end, '')", StringComparison.Ordinal);
        var name = "";
        await Deadline.UntilAsync(
            async () => (name = await server.ScalarAsync<string>(sql)) != "", "a single session that listens");
        return name;
    }
}
