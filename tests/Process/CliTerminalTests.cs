using System.Diagnostics;
using System.Text.RegularExpressions;
using EndpointSync.Tests.Testing;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>The command line at a terminal, which <c>script</c> plays.</summary>
public sealed partial class CliTerminalTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private const string ShowScreen = "\e[?1049h";
    private const string LeaveScreen = "\e[?1049l";
    private const string ShowCursor = "\e[?25h";

    private Uri Server => cluster.Silos.Silos[0].Address;

    [Fact]
    public async Task A_terminal_gets_colours_and_without_colours_the_same_text()
    {
        var id = await cluster.Database.AddEndpointAsync("bad", "/bad/..");
        await CliProcess.RunAsync(Server, "reload", "openspp");

        var colored = await RunAsync("status openspp", ("TERM", "xterm-256color"));
        var plain = await RunAsync("status openspp", ("TERM", "xterm-256color"), ("NO_COLOR", "1"));
        var dumb = await RunAsync("status openspp", ("TERM", "dumb"));
        await cluster.Database.ExecuteAsync($"delete from fastapi_endpoint where id = {id}");

        Assert.Matches(Color(), colored);
        Assert.DoesNotMatch(Color(), plain);
        Assert.DoesNotContain('\e', dumb);
        Assert.All([colored, plain, dumb], text => Assert.Contains("QUARANTINED", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_is_never_wider_than_the_terminal()
    {
        await cluster.Database.AddEndpointAsync("long", "/" + new string('x', 200));
        await CliProcess.RunAsync(Server, "reload", "openspp");

        var shown = await RunAsync("routes openspp", ("TERM", "xterm"), ("COLUMNS", "80"));

        Assert.All(Escape().Replace(shown, "").Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Fact]
    public async Task What_a_name_says_to_a_terminal_is_not_obeyed_there_either()
    {
        var added = await CliProcess.RunAsync(
            Server, "endpoints", "add", "openspp", "--name", "n\e[2J[red]x[/]", "--root-path", "/evil", "--app", "a");
        Assert.Equal(0, added.ExitCode);

        var shown = await RunAsync("endpoints list openspp", ("TERM", "xterm"));

        Assert.DoesNotContain("\e[2J", shown, StringComparison.Ordinal);
        Assert.Contains("n\\u001b[2J[red]x[/]", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_draws_the_registry_and_leaves_the_terminal_as_it_was()
    {
        await CliProcess.RunAsync(Server, "reload", "openspp");
        using var watch = Start("watch openspp", ("TERM", "xterm-256color"));
        var shown = await watch.StandardOutput.ReadUntilAsync("serve it").Within("the first screen");

        await watch.StandardInput.WriteAsync("\u0003");
        await watch.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        shown += await watch.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .Within("the end of watch");
        await watch.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(ShowScreen, shown, StringComparison.Ordinal);
        Assert.True(
            shown.LastIndexOf(LeaveScreen, StringComparison.Ordinal)
                > shown.LastIndexOf(ShowScreen, StringComparison.Ordinal),
            "the screen of before is not shown again");
        Assert.Contains(ShowCursor, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_without_a_terminal_names_the_command_for_programs()
    {
        var refused = await CliProcess.RunAsync(Server, "watch", "openspp");

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("endpointsync events -o json", refused.Error, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string command, params (string Name, string Value)[] environment)
    {
        using var process = Start(command, environment);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .Within($"the end of: {command}");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.ReplaceLineEndings("\n");
    }

    private SystemProcess Start(string command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            "script", ["-qec", $"stty cols 80 rows 40; exec dotnet {CliProcess.Program()} {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ENDPOINTSYNC_SERVER"] = Server.AbsoluteUri;
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return SystemProcess.Start(start)!;
    }

    [GeneratedRegex(@"\e\[[0-9;]*\b(3[0-7]|9[0-7]|38)\b[0-9;]*m")]
    private static partial Regex Color();

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();
}

internal static class Reading
{
    /// <summary>What comes until a text has come.</summary>
    public static async Task<string> ReadUntilAsync(this StreamReader reader, string text)
    {
        var read = new System.Text.StringBuilder();
        var buffer = new char[1_024];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await reader.ReadAsync(buffer);
            Assert.True(count > 0, $"the output ended before '{text}': {read}");
            read.Append(buffer, 0, count);
        }

        return read.ToString();
    }
}
