using System.Text.Json;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class CliWaitTests
{
    [Fact]
    public async Task A_reload_that_waits_prints_how_many_serve_its_version_and_which_ones_are_missing()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await fleet.Database.AddEndpointAsync("orders", "/orders");

        var reached = await ReloadAsync(fleet, "--wait", "silos", "--timeout", "30s");

        Assert.Equal((0, ""), (reached.ExitCode, reached.Error));
        Assert.Matches("^all: 2 silos, after [0-9.]+ ms$", Field(reached, "served by"));
        Assert.DoesNotContain("MISSING", reached.Output, StringComparison.Ordinal);

        fleet.Silos.Silos[1].Suspend();
        var missed = await ReloadAsync(fleet, "--wait", "silos", "--timeout", "500ms");
        fleet.Silos.Silos[1].Resume();

        Assert.Equal((3, ""), (missed.ExitCode, missed.Error));
        Assert.Equal("up to date", Field(missed, "outcome"));
        Assert.Matches("^1 silo, but not by 1 more within [0-9.]+ ms$", Field(missed, "served by"));
        Assert.Matches("silo-2 +silo +silo-2 +0 +it does not answer", Lines(missed).Last());
    }

    [Fact]
    public async Task A_reload_that_does_not_wait_prints_no_subscribers()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);

        var reload = await ReloadAsync(fleet);

        Assert.Equal(0, reload.ExitCode);
        Assert.DoesNotContain("served by", reload.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribers_are_listed_in_a_line_each_or_as_the_JSON_of_the_API()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await ReloadAsync(fleet, "--wait", "silos", "--timeout", "30s");

        var table = await CliProcess.RunAsync(fleet.Silos.Silos[0].Address, "subscribers", Fleet.Registry);
        var json = await CliProcess.RunAsync(fleet.Silos.Silos[0].Address, "subscribers", Fleet.Registry, "--json");

        Assert.Equal("Version 1, 2 subscribers", Lines(table)[0]);
        Assert.Matches("^KIND +NAME +SILO +VERSION +LAG +SINCE +REPORTED +PROBLEM$", Lines(table)[1]);
        Assert.Matches("^silo +silo-1 +silo-1 +1 +0 +[0-9]{4}-[0-9-]+ [0-9:]+Z +[0-9.]+ s ago$", Lines(table)[2]);
        Assert.Matches("^silo +silo-2 ", Lines(table)[3]);
        using var list = JsonDocument.Parse(json.Output);
        Assert.Equal(
            (1, 2),
            (list.RootElement.GetProperty("version").GetInt32(),
                list.RootElement.GetProperty("subscribers").GetArrayLength()));
    }

    private static Task<CliProcess> ReloadAsync(Fleet fleet, params string[] arguments) =>
        CliProcess.RunAsync(fleet.Silos.Silos[0].Address, ["reload", Fleet.Registry, .. arguments]);

    private static string[] Lines(CliProcess run) =>
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Field(CliProcess run, string name) =>
        Lines(run).Single(line => line.StartsWith(name + "  ", StringComparison.Ordinal))[name.Length..].Trim();
}
