using System.Diagnostics;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Outages.Alerts;

/// <summary>
/// The alerts of <c>deploy/prometheus</c> in a real Prometheus that scrapes real silos: each one fires once, by the
/// fault that it is for and not before, and is gone when the fault is mended.
/// </summary>
public sealed class AlertTests(ITestOutputHelper output)
{
    private const string Missing = "Prometheus is not installed, and ./test could not unpack it (apt-get download "
        + "prometheus).";

    private readonly HashSet<string> _fired = new(StringComparer.Ordinal);
    private AlertFleet _fleet = null!;

    private OwnServer Server => _fleet.Server;

    [Fact]
    public async Task Promtool_finds_no_fault_in_the_files()
    {
        Assert.SkipWhen(PrometheusServer.Find("promtool") is null, Missing);
        var folder = Directory.CreateTempSubdirectory("endpointsync-promtool-").FullName;
        await RenderedRules.WriteAsync(folder, [new Uri("http://127.0.0.1:5080/")], "key");

        var rules = await PromtoolAsync("rules", RenderedRules.File);
        var configuration = await PromtoolAsync("config", Path.Combine(folder, "prometheus.yml"));
        Directory.Delete(folder, recursive: true);

        Assert.True(rules.Succeeded, rules.Output);
        Assert.Contains($"{RenderedRules.Alerts.Count} rules found", rules.Output, StringComparison.Ordinal);
        Assert.True(configuration.Succeeded, configuration.Output);
    }

    [Fact]
    public async Task Each_alert_fires_by_the_fault_that_it_is_for_and_clears_when_that_is_mended()
    {
        Assert.SkipWhen(PrometheusServer.Find("prometheus") is null, Missing);
        await using var fleet = _fleet = await AlertFleet.StartAsync();
        await Deadline.UntilAsync(
            async () => await fleet.Prometheus.CountAsync("endpointsync_workers_behind == 0") == 2
                && (await fleet.Prometheus.RulesAsync()).All(rule => rule.Health == "ok"),
            "a scrape of both silos and an evaluation of every rule");
        Assert.Equal(
            RenderedRules.Alerts.Order(StringComparer.Ordinal),
            (await fleet.Prometheus.RulesAsync()).Select(rule => rule.Alert).Order(StringComparer.Ordinal));
        await fleet.Prometheus.UntilNoneFiresAsync();

        await FireAsync(BadEndpointAsync, "EndpointSyncEndpointsQuarantined");
        await Server.ExecuteAsync("update fastapi_endpoint set root_path = '/good' where root_path = '/<'");
        Assert.Equal(HttpStatusCode.OK, await fleet.ReloadAsync());
        await FireAsync(WriteWithoutLockAsync, "EndpointSyncUnlockedWrites");
        await FireAsync(UndoRepairsAsync, "EndpointSyncRepairsUndone");
        await FireAsync(AskWithoutKeyAsync, "EndpointSyncRequestsRefused");
        await FireAsync(SlowSyncAsync, "EndpointSyncSyncsSlow");
        await FireAsync(FreezeWorkerAsync, "EndpointSyncWorkersBehind", "EndpointSyncConvergenceTimeouts");
        await FireAsync(NothingAsync, "EndpointSyncWorkersGone");
        fleet.Worker.Resume();
        await FireAsync(KillSiloAsync, "EndpointSyncSiloDown");
        await using (await HoldLockAsync())
        {
            await FireAsync(ReloadSkippedAsync, "EndpointSyncLockHeld", "EndpointSyncSyncPending");
            // Silos install them again with the next poll, once nobody has the lock.
            await FireAsync(DropTriggersAsync, "EndpointSyncTriggersMissing");
            // While the lock is held no silo writes a version of its own in between.
            await using (await TornVersion.MakeAsync(Server))
            {
                await FireAsync(NothingAsync, "EndpointSyncSiloBehind");
            }
        }

        await Server.StopAsync("fast");
        await FireAsync(ReloadFailsAsync, "EndpointSyncPollsFailing", "EndpointSyncSyncsFailing");
        await Server.StartAgainAsync();

        Assert.Equal(RenderedRules.Alerts.Order(StringComparer.Ordinal), _fired.Order(StringComparer.Ordinal));
        await fleet.Prometheus.UntilNoneFiresAsync();
    }

    private async Task FireAsync(Func<Task> provoke, params string[] alerts)
    {
        var begun = Stopwatch.GetTimestamp();
        Assert.Empty(alerts.Intersect(await _fleet.Prometheus.FiringAsync()));
        await provoke();
        await _fleet.Prometheus.UntilFiringAsync(alerts);
        _fired.UnionWith(alerts);
        output.WriteLine($"{string.Join(", ", alerts)}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
    }

    private static Task NothingAsync() => Task.CompletedTask;

    private async Task BadEndpointAsync()
    {
        await Server.AddEndpointAsync("/<");
        Assert.Equal(HttpStatusCode.OK, await _fleet.ReloadAsync());
    }

    private Task WriteWithoutLockAsync() => Server.ExecuteAsync(
        """
        insert into endpoint_route (key, route, opts, routing)
        values ('endpoint.endpoint:5:/demo', '/demo', '{}', '{"methods": ["GET"], "routes": ["/demo"]}')
        """);

    // Each repair comes at once until there were a few, so the writer has to see them.
    private Task UndoRepairsAsync() => Deadline.UntilAsync(
        async () =>
        {
            await Server.ExecuteAsync(
                "update endpoint_route set route = '/wrong' "
                + "where key like 'fastapi.endpoint:1:%' and route <> '/wrong'");
            return await Server.ScalarAsync<bool>(
                "select exists (select from endpoint_sync.repair_backoffs where until > now())");
        },
        "a repair that is put off");

    private async Task AskWithoutKeyAsync()
    {
        for (var asked = 0; asked < 60; asked++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await _fleet.AskWithoutKeyAsync());
        }
    }

    private async Task SlowSyncAsync()
    {
        await Server.AddEndpointAsync("/slow");
        await using var connection = await Server.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select from endpoint_sync.state for update", connection))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var reload = _fleet.ReloadAsync();
        await Server.UntilAsync(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock' "
            + "and now() - query_start > interval '4 s')",
            "a sync that has waited for four seconds");
        await transaction.RollbackAsync();
        Assert.Equal(HttpStatusCode.OK, await reload);
    }

    private async Task FreezeWorkerAsync()
    {
        _fleet.Worker.Suspend();
        await Server.AddEndpointAsync("/frozen");
        Assert.Equal(HttpStatusCode.Accepted, await _fleet.ReloadAsync("?wait=workers&timeout=1s"));
    }

    private Task KillSiloAsync()
    {
        _fleet.KillSecondSilo();
        return Task.CompletedTask;
    }

    private async Task<IAsyncDisposable> HoldLockAsync()
    {
        await _fleet.StartSecondSiloAsync();
        var connection = await Server.Source.OpenConnectionAsync();
        await using var take = new NpgsqlCommand(
            "select pg_advisory_lock(lock_key) from endpoint_sync.state", connection);
        await take.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task ReloadSkippedAsync()
    {
        await Server.AddEndpointAsync("/late");
        Assert.Equal(HttpStatusCode.Accepted, await _fleet.ReloadAsync());
    }

    private Task DropTriggersAsync() => Server.ExecuteAsync(
        """
        do $$
        declare trigger record;
        begin
          for trigger in
            select tgname, tgrelid::regclass as of_table from pg_trigger where tgname like 'endpoint\_sync\_%'
          loop
            execute format('drop trigger %I on %s', trigger.tgname, trigger.of_table);
          end loop;
        end $$
        """);

    private async Task ReloadFailsAsync() =>
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _fleet.ReloadAsync());

    private static Task<CommandLine.Result> PromtoolAsync(string what, string file) => CommandLine.RunAsync(
        [PrometheusServer.Find("promtool")!, "check", what, file], "/", TestContext.Current.CancellationToken);
}
