using System.Text.RegularExpressions;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>What the doctor finds: each finding is provoked, and gone after its cure.</summary>
public sealed partial class DoctorTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private const string DropTriggers =
        "drop trigger endpoint_sync_insert on fastapi_endpoint; drop trigger endpoint_sync_insert on endpoint_route";

    private Uri Server => cluster.Silos.Silos[0].Address;

    [Fact]
    public async Task Where_all_is_as_it_should_be_there_is_nothing_to_report()
    {
        await RunAsync("reload", "openspp", "--wait", "workers");

        var report = await CliProcess.RunAsync(Server, "doctor");

        Assert.Equal((0, ""), (report.ExitCode, report.Error));
        Assert.StartsWith("1 silo asked (silo-1): silo, clock, routes,", report.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n\nNothing to report.\n", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_triggers_are_a_warning_until_the_statement_that_it_names_was_run()
    {
        await RunAsync("reload", "openspp");
        await cluster.Database.ExecuteAsync(DropTriggers);

        var cure = await FindAsync(5, "warning: triggers of openspp");
        await cluster.Database.ExecuteAsync(Statement().Match(cure).Value);

        await NothingAsync();
    }

    [Fact]
    public async Task Rows_without_an_endpoint_and_rows_that_others_changed_are_found_and_gone_after_a_reload()
    {
        await cluster.Database.AddEndpointAsync("rows", "/rows");
        await RunAsync("reload", "openspp");
        // Otherwise the silo repairs them at once.
        await cluster.Database.ExecuteAsync(
            $"""
             {DropTriggers}; drop trigger endpoint_sync_update on endpoint_route;
             insert into endpoint_route (key, route, opts, routing)
             select 'fastapi.endpoint:4711:/x', '/orphan', opts, routing from endpoint_route limit 1;
             update endpoint_route set route = '/drifted' where route like '/rows%'
             """);

        await FindAsync(5, "1 rows of endpoint_route have no endpoint: fastapi.endpoint:4711:/x");
        var cure = await FindAsync(5, "1 routes in endpoint_route are not those of the newest version");
        Assert.Contains("Cure: endpointsync reload openspp", cure, StringComparison.Ordinal);
        await cluster.Database.ExecuteAsync("select endpoint_sync.install_triggers('public')");
        await RunAsync("reload", "openspp");

        await NothingAsync();
    }

    [Fact]
    public async Task An_endpoint_in_quarantine_is_found_with_its_reason()
    {
        var id = await cluster.Database.AddEndpointAsync("bad", "/bad/..");
        await RunAsync("reload", "openspp");

        await FindAsync(5, $"1 endpoints cannot be routed: {id} (");
        await cluster.Database.ExecuteAsync($"delete from fastapi_endpoint where id = {id}");
        await RunAsync("reload", "openspp");

        await NothingAsync();
    }

    [Fact]
    public async Task A_history_that_is_not_deleted_is_found()
    {
        await cluster.Database.AddEndpointAsync("old", "/old");
        await RunAsync("reload", "openspp");
        await cluster.Database.ExecuteAsync(
            """
            create temporary table old as select * from endpoint_sync.versions order by version desc limit 1;
            update old set version = -1, synced_at = now() - interval '200 days';
            insert into endpoint_sync.versions select * from old; drop table old
            """);

        await FindAsync(5, "the oldest for 200 days");
        await cluster.Database.ExecuteAsync("delete from endpoint_sync.versions where version < 0");

        await NothingAsync();
    }

    [Theory]
    [InlineData(3, "-5 minutes", "The silo is listed as active at 127.0.0.9:1 and gave its last sign of life 00:05:0")]
    [InlineData(6, "-9 days", "1 dead silos are still listed")]
    [InlineData(3, "1 hour", "The silo's last sign of life is 00:59:5")]
    public async Task A_row_of_the_membership_that_is_not_true_is_found(int status, string alive, string meaning)
    {
        await cluster.Membership.ExecuteAsync(
            $"""
             insert into orleans.orleansmembershiptable
               (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
             select deploymentid, '127.0.0.9', 1, {meaning.Length}, 'ghost', 'elsewhere', {status}, 1, now(),
               clock_timestamp() + interval '{alive}'
             from orleans.orleansmembershiptable limit 1
             """);

        var found = await CliProcess.RunAsync(Server, "doctor");
        await cluster.Membership.ExecuteAsync("delete from orleans.orleansmembershiptable where siloname = 'ghost'");

        Assert.Contains(meaning, found.Output, StringComparison.Ordinal);
        Assert.Equal(5, found.ExitCode);
    }

    [Fact]
    public async Task A_lock_that_is_held_for_long_is_found_with_the_statement_that_ends_it()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        // The lock of a session outside a transaction has no time but that of the silo's first look.
        await RunAsync("status", "openspp");
        var seen = await cluster.Database.ScalarAsync<DateTime>("select clock_timestamp()");
        await cluster.Database.UntilAsync(
            $"select clock_timestamp() > '{seen:O}'::timestamptz + interval '11 seconds'", "a hold of 11 seconds");

        await FindAsync(5, $"Cure: SELECT pg_terminate_backend({held.ProcessId});");
    }

    [Fact]
    public async Task As_json_it_is_the_answer_of_each_silo_and_names_are_those_of_the_checks()
    {
        await RunAsync("reload", "openspp");
        await cluster.Database.ExecuteAsync(DropTriggers);

        var json = await CliProcess.RunAsync(Server, "doctor", "-o", "json");
        var names = await CliProcess.RunAsync(Server, "doctor", "-o", "name");
        await cluster.Database.ExecuteAsync("select endpoint_sync.install_triggers('public')");

        using var report = System.Text.Json.JsonDocument.Parse(json.Output);
        var finding = Assert.Single(report.RootElement.GetProperty("findings").EnumerateArray().ToList());
        Assert.Equal(
            ("silo-1", "Warning", "triggers"),
            (report.RootElement.GetProperty("silo").GetString(), finding.GetProperty("level").GetString(),
                finding.GetProperty("check").GetString()));
        Assert.Equal((5, "triggers\n"), (names.ExitCode, names.Output));
    }

    private async Task<string> FindAsync(int exitCode, string expected)
    {
        var report = await CliProcess.RunAsync(Server, "doctor");
        Assert.Contains(expected, report.Output, StringComparison.Ordinal);
        Assert.Equal((exitCode, ""), (report.ExitCode, report.Error));
        return report.Output;
    }

    private async Task NothingAsync()
    {
        var report = await CliProcess.RunAsync(Server, "doctor");
        Assert.EndsWith("Nothing to report.\n", report.Output, StringComparison.Ordinal);
        Assert.Equal(0, report.ExitCode);
    }

    private async Task RunAsync(params string[] arguments)
    {
        var run = await CliProcess.RunAsync(Server, arguments);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    [GeneratedRegex("SELECT endpoint_sync[^;]+;")]
    private static partial Regex Statement();
}
