using System.ComponentModel;
using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.Recipes;

/// <summary>The hook for Odoo modules, on a cursor like Odoo's and with a real silo.</summary>
public sealed class OdooHookTests
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    [Fact]
    public async Task An_edit_is_live_after_the_workers_request_to_the_silo_and_by_the_poll_if_that_fails()
    {
        await SkipWithoutClientAsync();
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("orders", "/first");
        // The first reload of a silo compiles its way, and the hook does not wait for long.
        await fleet.ReloadAsync(fleet.Silos.Silos[0]);

        Assert.Equal("", await EditAsync(fleet, "/second", fleet.Silos.Silos[0].Address.ToString().TrimEnd('/')));
        Assert.Equal(["/second/"], await RoutesAsync(fleet));

        var complaint = await EditAsync(fleet, "/third", "http://127.0.0.1:1");
        Assert.Contains("http://127.0.0.1:1/api/v1/registries/openspp/reload could not be asked", complaint);
        await fleet.Database.UntilAsync(
            "select exists (select from endpoint_sync.routes where route like '/third/|%' and to_version is null)",
            "the silo's poll");
    }

    private static Task<List<string?>> RoutesAsync(Fleet fleet) =>
        fleet.Database.ListAsync("select split_part(route, '|', 1) from endpoint_sync.routes where to_version is null");

    private static async Task<string> EditAsync(Fleet fleet, string path, string silo)
    {
        var database = new NpgsqlConnectionStringBuilder(fleet.Database.ConnectionString);
        var start = Python(
            Path.Combine(Root, "tests", "Process", "Recipes", "odoo_driver.py"),
            Path.Combine(Root, "samples", "foreign", "python"),
            $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}"
            + $"/{database.Database}",
            path);
        start.Environment["ENDPOINTSYNC_URL"] = silo;
        start.Environment["ENDPOINTSYNC_REGISTRY"] = Fleet.Registry;
        using var process = SystemProcess.Start(start)!;
        var complaint = await process.StandardError.ReadToEndAsync().Within("the worker's edit");
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, complaint);
        return complaint;
    }

    private static async Task SkipWithoutClientAsync()
    {
        try
        {
            using var process = SystemProcess.Start(Python("-c", "import psycopg2"))!;
            await process.WaitForExitAsync();
            Assert.SkipUnless(process.ExitCode == 0, "There is no psycopg2 here: apt-get install python3-psycopg2.");
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no /usr/bin/python3 here: apt-get install python3-psycopg2.");
        }
    }

    private static ProcessStartInfo Python(params string[] arguments) =>
        new("/usr/bin/python3", arguments) { RedirectStandardError = true };
}
