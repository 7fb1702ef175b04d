using System.Diagnostics;

namespace EndpointSync.Tools.Postgres;

/// <summary>Runs a program to its end and keeps its output.</summary>
internal static class CommandLine
{
    public sealed record Result(int ExitCode, string Output)
    {
        public bool Succeeded => ExitCode == 0;
    }

    /// <summary>
    /// Runs <paramref name="command"/> in <paramref name="folder"/>; cancellation kills it with its children.
    /// </summary>
    public static async Task<Result> RunAsync(
        IReadOnlyList<string> command, string folder, CancellationToken cancellationToken)
    {
        using var process = Start(command, folder);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(cancellationToken);
            return new Result(process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// The full path of a program on PATH or in the system's own folders; null when it is not installed.
    /// </summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/usr/bin", "/sbin", "/bin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static Process Start(IReadOnlyList<string> command, string folder)
    {
        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        })!;
        process.StandardInput.Close();
        return process;
    }
}
