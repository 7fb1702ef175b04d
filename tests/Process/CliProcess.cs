using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>The result of a run of the command line.</summary>
internal sealed record CliProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the command line as a process of its own.</summary>
    /// <param name="server">The address that it finds in its environment.</param>
    /// <param name="arguments">What follows the name of the program.</param>
    public static Task<CliProcess> RunAsync(Uri server, params string[] arguments) =>
        RunAsync(server, new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="RunAsync(Uri, string[])" />
    public static Task<CliProcess> RunAsync(
        Uri server, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunAsync(["dotnet"], server, environment, arguments);

    /// <summary>
    /// Runs the command line by another program, such as one that runs it on another machine. Without a server, it
    /// finds none in its environment.
    /// </summary>
    public static async Task<CliProcess> RunAsync(
        IReadOnlyList<string> host, Uri? server, IReadOnlyDictionary<string, string> environment,
        params string[] arguments)
    {
        var start = new ProcessStartInfo(
            host[0], [.. host.Skip(1), Program(), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ENDPOINTSYNC_SERVER"] = server?.AbsoluteUri;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = SystemProcess.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Within($"the end of: endpointsync {string.Join(' ', arguments)}");
        return new CliProcess(process.ExitCode, await output, await error);
    }

    /// <summary>The program, built in the same configuration as this test.</summary>
    public static string Program() => Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "src", "Cli", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "endpointsync.dll");
}
