using System.Diagnostics;
using EndpointSync.Tools.Postgres;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>What a newcomer's <c>./run</c> does, on a PostgreSQL of its own, to the last line.</summary>
public sealed class RunTests : IAsyncDisposable
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    // Each starts a server, silos and workers, one after the other, beside other tests that do the same.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpointsync-run-");

    private SystemProcess? _process;

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_claim_of_the_demonstration_holds()
    {
        // It runs the repository's recipes for writers in other languages, and names its own folder by its process.
        var process = Start(Root, "dotnet", Program(), "demo");
        var (output, error) = await EndAsync(process).WaitAsync(Longest);

        Assert.Equal((0, ""), (process.ExitCode, error));
        Assert.Contains("all processes are stopped", output, StringComparison.Ordinal);
    }

    // A network namespace has the fixed ports to itself. A shell in the background starts programs that ignore Ctrl-C.
    [Fact]
    public async Task The_sample_is_synced_and_served_when_the_guide_is_printed_and_Ctrl_C_stops_all()
    {
        var process = Start(
            _folder.FullName, "unshare", "--net", "env", "--default-signal=INT", "sh", "-c",
            $"ip link set lo up && exec dotnet '{Program()}' --private-postgres");
        var (guide, error) = await ReadGuideAsync(process).WaitAsync(Longest);
        Assert.SkipWhen(
            error.StartsWith("unshare", StringComparison.Ordinal), $"Network namespaces are not allowed here: {error}");
        Assert.Contains(guide, line => line.Contains("/routes", StringComparison.Ordinal));

        using var interrupt = SystemProcess.Start("kill", ["-INT", $"{process.Id}"]);
        var (output, late) = await EndAsync(process).WaitAsync(Longest);
        Assert.Equal((0, ""), (process.ExitCode, late));
        Assert.Contains("Stopping.", output, StringComparison.Ordinal);
    }

    private static async Task<(List<string> Lines, string Error)> ReadGuideAsync(SystemProcess process)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
            {
                return (lines, "");
            }
        }

        return (lines, await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private SystemProcess Start(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ENDPOINTSYNC_DATA"] = Path.Combine(_folder.FullName, "postgres");
        start.Environment.Remove("EndpointSync__Cluster__ConnectionString");
        return _process = SystemProcess.Start(start)!;
    }

    private static async Task<(string Output, string Error)> EndAsync(SystemProcess process)
    {
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await output, error);
    }

    private static string Program() => Path.Combine(
        Root, "samples", "Demo", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "EndpointSync.Demo.dll");
}
