using System.Diagnostics;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.ForeignChanges;

/// <summary>Real silos that hardly ever poll: they learn of the changes of others only by notification.</summary>
public sealed class ForeignChangeTests
{
    private const string Hardly = "00:10:00";
    private const string Orders = "/orders/|/orders/<path:application_path>";

    [Fact]
    public async Task A_route_that_another_writer_spoils_is_repaired_and_the_command_line_names_the_writer()
    {
        await using var fleet = await InSyncAsync(SyncOnReload);

        await fleet.Database.ExecuteAsync(
            "set application_name = 'vandal'; update endpoint_route set route = '/hijacked'; reset application_name");
        await fleet.Database.UntilAsync(
            $"select exists (select from endpoint_route where route = '{Orders}')", "the repair");
        await fleet.Database.UntilAsync("select exists (select from endpoint_sync.foreign_writes)", "the record");

        var run = await CliProcess.RunAsync(fleet.Silos.Silos[1].Address, "writers", Fleet.Registry);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal((0, "", "1 writes by others, 1 of them without the lock"), (run.ExitCode, run.Error, lines[0]));
        Assert.Matches(
            @"^\d{4}-[-0-9]+ [0-9:]+Z +\w+ +vandal +\d+ +127\.0\.0\.1 +none +update +fastapi\.endpoint:1:\S+ "
            + "+repaired$",
            lines[2]);
    }

    [Fact]
    public async Task What_Odoos_button_writes_is_adopted_and_served_by_every_silo_without_a_reload()
    {
        await using var fleet = await InSyncAsync(SyncOnReload);

        await fleet.Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/moved', registry_sync = true; update endpoint_route set "
            + "route = replace(route, '/orders', '/moved'), routing = replace(routing, '/orders', '/moved')");

        foreach (var silo in fleet.Silos.Silos)
        {
            await UntilServedAsync(silo, 2).Within("version 2");
        }

        Assert.Equal(
            ["adopted 2"],
            await fleet.Database.ListAsync("select outcome || ' ' || version from endpoint_sync.foreign_writes"));
    }

    [Theory, InlineData("Reload", false), InlineData("Change", true)]
    public async Task An_edit_goes_live_at_once_only_if_the_registry_syncs_on_change(string syncOn, bool atOnce)
    {
        await using var fleet = await InSyncAsync(syncOn);

        await fleet.Database.ExecuteAsync("update fastapi_endpoint set root_path = '/edited', registry_sync = false");
        if (!atOnce)
        {
            // This write is notified after the edit, so silos handle it after the edit.
            await fleet.Database.ExecuteAsync("insert into endpoint_route (key, route) values ('other:1', '/other')");
        }

        await UntilServedAsync(fleet.Silos.Silos[0], 2).Within("version 2");
        Assert.Equal(
            atOnce ? "/edited/" : "/orders/",
            await fleet.Database.ScalarAsync<string>(
                "select split_part(route, '|', 1) from endpoint_route where key like 'fastapi%'"));
    }

    [Fact]
    public async Task A_sync_that_is_requested_in_SQL_runs_at_once()
    {
        await using var fleet = await InSyncAsync(SyncOnReload);
        await fleet.Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false; select "
            + "endpoint_sync.request_sync()");

        await UntilServedAsync(fleet.Silos.Silos[1], 2).Within("version 2");
    }

    // An upper bound of versions for the time that the writes took, however fast the machine is.
    [Fact]
    public async Task A_writer_in_a_loop_makes_fewer_versions_than_commits_and_its_last_write_is_served()
    {
        const int writes = 300;
        await using var fleet = await InSyncAsync(SyncOnReload);
        var started = Stopwatch.GetTimestamp();
        for (var write = 1; write <= writes; write++)
        {
            await fleet.Database.ExecuteAsync(
                "insert into endpoint_route (key, route) "
                + $"values ('other:1', '/other-{write}') on conflict (key) do update set route = excluded.route");
        }

        await fleet.Database.UntilAsync(
            "select exists (select from endpoint_sync.routes where to_version is null and route = "
            + $"'/other-{writes}')",
            "the last write's version");

        var versions = await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state");
        var most = 20 + (10 * Stopwatch.GetElapsedTime(started).TotalSeconds);
        Assert.InRange(versions, 2, Math.Min(writes, most) + 2);
    }

    private const string SyncOnReload = "Reload";

    // The first full check is over when its recorded change is gone. From then on, silos learn of changes only by
    // notification.
    private static async Task<Fleet> InSyncAsync(string syncOn)
    {
        var fleet = await Fleet.StartAsync(silos: 2, database => Options(database, syncOn));
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        await fleet.Database.UntilAsync(
            "select exists (select from pg_stat_activity where datname = current_database() and (query like 'select "
            + "exists (select from pg_listening_channels()%' or query = 'listen endpoint_sync'))",
            "a silo that listens");
        await fleet.Database.UntilAsync(
            "select not exists (select from endpoint_sync.pending_changes)", "the first full check");
        return fleet;
    }

    private static SiloProcessOptions Options(TestDatabase database, string syncOn)
    {
        var options = Fleet.Options(database, Hardly);
        return options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                [$"EndpointSync:Registries:{Fleet.Registry}:SyncOn"] = syncOn,
            },
        };
    }

    private static async Task UntilServedAsync(SiloProcess silo, int version)
    {
        while (true)
        {
            var run = await CliProcess.RunAsync(silo.Address, "subscribers", Fleet.Registry, "--json");
            using var list = JsonDocument.Parse(run.Output);
            var served = list.RootElement.GetProperty("subscribers")
                .EnumerateArray()
                .Select(subscriber => subscriber.GetProperty("version").GetInt32())
                .ToList();
            if (served.Count > 0 && served.All(each => each >= version))
            {
                return;
            }
        }
    }
}
