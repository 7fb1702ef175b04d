using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Process.DatabaseRoles;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.OdooModules;

/// <summary>
/// The module for Odoo in integrations/odoo, in forked workers of the model of Odoo in this folder, beside real silos.
/// <c>ENDPOINTSYNC_ODOO_ALL</c> runs every kind of fleet and the faults; <c>ENDPOINTSYNC_ODOO_EDITS</c> and
/// <c>ENDPOINTSYNC_ODOO_WORKERS</c> make the first test longer.
/// </summary>
public sealed class OdooModuleTests(OneSilo one, ITestOutputHelper output) : IClassFixture<OneSilo>
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;
    private static readonly string Addons = Path.Combine(Root, "integrations", "odoo");
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    [Theory]
    [InlineData("--without-signals", false)]
    [InlineData("--openspp", true)]
    [InlineData("--threaded", false)]
    [InlineData("--odoo16", false)]
    public Task After_each_receipt_every_worker_serves_the_edit_with_its_app(string kind, bool isInEachRun)
    {
        SkipUnlessAllAreWanted(isInEachRun);
        return DriveAsync(
            one.Fleet, "edits", "--edits", Number("EDITS", 21), "--workers", Number("WORKERS", 3), kind);
    }

    [Fact]
    public Task Before_it_denies_a_path_a_worker_knows_that_it_is_not_behind() =>
        DriveAsync(one.Fleet, "guard", "--workers", "2");

    [Fact]
    public async Task Storms_upgrades_and_lost_workers_and_silos_leave_no_worker_behind_and_Odoo_can_do_without_it_all()
    {
        SkipUnlessAllAreWanted(isInEachRun: false);
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await DriveAsync(fleet, "faults", "--workers", "3");
    }

    [Fact]
    public async Task The_module_grants_what_silos_need_and_after_a_removal_the_schema_is_the_one_from_before()
    {
        await SkipWithoutAsync("psycopg2", "werkzeug");
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.Database.ExecuteAsync(
            $"create role {SchemaSql.Quote(roles.Silo)} login password 'p'; "
            + $"grant {SchemaSql.Quote(roles.Silo)} to {roles.Odoo}");
        var folder = Directory.CreateTempSubdirectory("odoo-modules-").FullName;
        var settings = Path.Combine(folder, "odoo.conf");
        await File.WriteAllTextAsync(
            settings, $"[endpoint_sync]\nrole = {roles.Silo}\n", TestContext.Current.CancellationToken);
        Task<string> UpdateAsync(params string[] options) => RunAsync(
            Root,
            [
                Path.Combine(Root, "tests", "Process", "OdooModules", "server.py"), "--dsn",
                Uri(new NpgsqlConnectionStringBuilder(roles.ConnectionString(roles.Odoo))), "--config", settings,
                "--update", .. options,
            ]);
        // The tables of Odoo itself.
        await UpdateAsync("--without-module");
        var before = await roles.DumpAsync();

        var log = await UpdateAsync();

        Assert.DoesNotContain("WARNING", log, StringComparison.Ordinal);
        await roles.Database.AddEndpointAsync("orders", "/orders");
        await using (var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection))
        {
            Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
            await registry.InstallTriggersAsync();
        }

        await roles.Database.UntilAsync(
            "select not exists (select from pg_stat_activity where datname = current_database() and "
            + "application_name like 'EndpointSync/%')",
            "the end of the silo's sessions");
        await roles.SucceedsAsync(await roles.PrintAsync("remove"));
        Assert.Equal(before, await roles.DumpAsync());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_parts_that_need_no_Odoo_do_what_they_promise()
    {
        await SkipWithoutAsync("sys");
        await RunAsync(Path.Combine(Addons, "endpoint_sync", "tests"), "-m", "unittest", "-v", "test_feed");
        await RunAsync(Path.Combine(Addons, "endpoint_sync_monitor", "tests"), "-m", "unittest", "-v", "test_report");
    }

    // All together take minutes.
    private static void SkipUnlessAllAreWanted(bool isInEachRun) => Assert.SkipUnless(
        isInEachRun || Environment.GetEnvironmentVariable("ENDPOINTSYNC_ODOO_ALL") is { Length: > 0 },
        "Set ENDPOINTSYNC_ODOO_ALL=1.");

    private static string Number(string name, int usual) =>
        Environment.GetEnvironmentVariable($"ENDPOINTSYNC_ODOO_{name}") is { Length: > 0 } given
            ? given
            : usual.ToString(CultureInfo.InvariantCulture);

    private async Task DriveAsync(Fleet fleet, params string[] scenario)
    {
        await SkipWithoutAsync("psycopg2", "werkzeug");
        var database = new NpgsqlConnectionStringBuilder(fleet.Database.ConnectionString);
        await RunAsync(
            Root,
            [
                Path.Combine(Root, "tests", "Process", "OdooModules", "driver.py"), "--dsn", Uri(database),
                .. fleet.Silos.Silos.SelectMany(silo => new[]
                {
                    "--silo", silo.Address.ToString(),
                    "--silo-pid", silo.ProcessId.ToString(CultureInfo.InvariantCulture),
                }),
                .. scenario,
            ]);
    }

    private static string Uri(NpgsqlConnectionStringBuilder database) =>
        $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}";

    private static async Task SkipWithoutAsync(params string[] modules)
    {
        try
        {
            using var process = SystemProcess.Start(
                new ProcessStartInfo(Python, ["-c", $"import {string.Join(',', modules)}"])
                {
                    RedirectStandardError = true,
                })!;
            await process.WaitForExitAsync();
            Assert.SkipUnless(
                process.ExitCode == 0,
                $"{Python} lacks one of {string.Join(", ", modules)}: "
                    + "apt-get install python3-psycopg2 python3-werkzeug.");
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no {Python} here: apt-get install python3-psycopg2 python3-werkzeug.");
        }
    }

    private async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = SystemProcess.Start(new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        })!;
        process.StandardInput.Close();
        var written = process.StandardOutput.ReadToEndAsync();
        var complaints = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        var all = await written + await complaints;
        output.WriteLine(all);
        Assert.True(process.ExitCode == 0, all);
        return all;
    }
}
