using System.Diagnostics;
using System.Text.Json;
using EndpointSync.Tests.Testing;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>Plan, rollback, pin, unpin and events by command line, against real silos.</summary>
public sealed class CliSteeringTests
{
    [Fact]
    public async Task A_bad_edit_is_planned_published_rolled_back_and_unpinned()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await fleet.Database.AddEndpointAsync("people", "/people");
        await SucceedAsync(fleet, "reload", Fleet.Registry, "--wait", "silos");
        await fleet.Database.ExecuteAsync("update fastapi_endpoint set root_path = '/persons', registry_sync = false");

        var plan = await SucceedAsync(fleet, "plan", Fleet.Registry);
        Assert.StartsWith("Version 1, next reload: 0 added, 1 changed, 0 removed\n", plan, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\+ +fastapi\.endpoint:\d+:\S+ +\S+ +/persons", plan);
        Assert.StartsWith(
            "Version 0 to 1", await SucceedAsync(fleet, "diff", Fleet.Registry), StringComparison.Ordinal);
        await SucceedAsync(fleet, "reload", Fleet.Registry, "--wait", "silos");

        var unasked = await RunAsync(fleet, "rollback", Fleet.Registry, "1", "--reason", "500s");
        Assert.Equal((2, ""), (unasked.ExitCode, unasked.Output));
        Assert.Contains("Version 2 back to 1: 0 added, 1 changed, 0 removed", unasked.Error, StringComparison.Ordinal);
        Assert.Contains("--yes", unasked.Error, StringComparison.Ordinal);
        var outdated = await RunAsync(
            fleet, "rollback", Fleet.Registry, "1", "--reason", "500s", "--yes", "--seen", "1");
        Assert.Equal((1, ""), (outdated.ExitCode, outdated.Output));
        var back = await RunAsync(
            fleet, "rollback", Fleet.Registry, "1", "--reason", "500s", "--yes", "--wait", "silos");
        Assert.Equal(0, back.ExitCode);
        Assert.Matches("(?m)^version +2 to 3$", back.Output);
        Assert.Matches("(?m)^pinned +to the table of version 1 by .*; 500s$", back.Output);
        Assert.Matches("(?m)^replaced +version 2 of ", back.Output);

        Assert.Matches("(?m)^pinned +to the table of version 1", await SucceedAsync(fleet, "status", Fleet.Registry));
        Assert.Matches("(?m)^table of +version 1$", await SucceedAsync(fleet, "pin", Fleet.Registry));
        Assert.Matches("(?m)^outcome +pinned", await SucceedAsync(fleet, "reload", Fleet.Registry));
        Assert.Contains("A reload changes nothing.", await SucceedAsync(fleet, "plan", Fleet.Registry));
        Assert.Contains("notice: pin of openspp", (await RunAsync(fleet, "doctor")).Output, StringComparison.Ordinal);

        var unpinned = await RunAsync(fleet, "unpin", Fleet.Registry, "--yes", "--wait", "silos");
        Assert.Equal(0, unpinned.ExitCode);
        Assert.Contains("Unpin version 3, next reload: 0 added, 1 changed", unpinned.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^version +3 to 4$", unpinned.Output);
        Assert.Equal("Not pinned.\n", await SucceedAsync(fleet, "pin", Fleet.Registry));
        var again = await RunAsync(fleet, "unpin", Fleet.Registry, "--yes");
        Assert.Equal((1, "Registry 'openspp' is not pinned.\n"), (again.ExitCode, again.Error));
    }

    [Theory]
    [InlineData("openspp", 0, 3)]
    [InlineData("opensp", 1, 2)]
    public async Task At_a_terminal_a_rollback_is_done_only_after_the_registrys_name_was_typed(
        string typed, int exitCode, int version)
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        await fleet.Database.AddEndpointAsync("one", "/one");
        await SucceedAsync(fleet, "reload", Fleet.Registry);
        await fleet.Database.AddEndpointAsync("two", "/two");
        await SucceedAsync(fleet, "reload", Fleet.Registry);

        var start = new ProcessStartInfo(
            "script",
            ["-qec", $"exec dotnet {CliProcess.Program()} rollback openspp 1 --reason test", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ENDPOINTSYNC_SERVER"] = fleet.Silos.Silos[0].Address.AbsoluteUri;
        using var rollback = SystemProcess.Start(start)!;
        await rollback.StandardOutput.ReadUntilAsync("to do it: ").Within("the question");
        await rollback.StandardInput.WriteLineAsync(typed);
        await rollback.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await rollback.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).Within("the end");
        await rollback.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(exitCode, rollback.ExitCode);
        Assert.Equal(
            (long)version, await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
    }

    [Fact]
    public async Task Events_are_followed_over_the_death_of_a_silo_with_nothing_lost()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await fleet.Database.AddEndpointAsync("one", "/one");
        await SucceedAsync(fleet, "reload", Fleet.Registry, "--wait", "silos");
        var start = new ProcessStartInfo(
            "dotnet", [CliProcess.Program(), "events", Fleet.Registry, "-o", "json", "--after", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ENDPOINTSYNC_SERVER"] = fleet.Silos.Silos[0].Address.AbsoluteUri;
        using var events = SystemProcess.Start(start)!;
        try
        {
            Assert.Equal(1, await NextVersionAsync(events));
            fleet.Silos.Silos[0].Kill();
            await fleet.Database.AddEndpointAsync("two", "/two");
            await fleet.ReloadUntilAnsweredAsync(fleet.Silos.Silos[1]);

            Assert.Equal(2, await NextVersionAsync(events));
        }
        finally
        {
            events.Kill();
        }
    }

    private static async Task<long> NextVersionAsync(SystemProcess events)
    {
        while (await events.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            .AsTask().Within("the next event") is { } line)
        {
            using var one = JsonDocument.Parse(line);
            if (one.RootElement.GetProperty("event").GetString() == "version")
            {
                return one.RootElement.GetProperty("data").GetProperty("version").GetInt64();
            }
        }

        throw new EndOfStreamException("The events ended.");
    }

    private static Task<CliProcess> RunAsync(Fleet fleet, params string[] arguments) =>
        CliProcess.RunAsync(fleet.Silos.Silos[0].Address, arguments);

    private static async Task<string> SucceedAsync(Fleet fleet, params string[] arguments)
    {
        var run = await RunAsync(fleet, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }
}
