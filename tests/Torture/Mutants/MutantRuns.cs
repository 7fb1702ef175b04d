using System.Diagnostics;
using System.Globalization;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Torture.Mutants;

/// <summary>
/// Applies each mutant to a copy of the tree as it is committed, builds it, and attacks it until the checker finds it.
/// </summary>
internal static class MutantRuns
{
    private static readonly string[] Quick =
    [
        "-c", "Release", "-v", "quiet", "-nologo", "-clp:NoSummary", "-p:RunAnalyzers=false",
        "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false", "-p:TreatWarningsAsErrors=false",
        "-p:UseSharedCompilation=true",
    ];

    /// <returns>The exit code: 1 if a mutant was not found.</returns>
    public static async Task<int> RunAsync(TortureArguments arguments)
    {
        var root = RepositoryRoot.Find(AppContext.BaseDirectory)!;
        var copy = Path.Combine(root, ".data", "torture", "mutants");
        await CopyAsync(root, copy);
        var missed = 0;
        foreach (var mutant in Mutant.All.Where(mutant => arguments.Mutant is null || mutant.Name == arguments.Mutant))
        {
            var found = await RunAsync(mutant, copy, arguments.Seed);
            missed += found ? 0 : 1;
        }

        return missed == 0 ? 0 : 1;
    }

    private static async Task CopyAsync(string root, string copy)
    {
        if (!Directory.Exists(copy))
        {
            await MustAsync(root, "git", "clone", "-q", "--no-hardlinks", root, copy);
        }

        await MustAsync(copy, "git", "fetch", "-q", root, "HEAD");
        await MustAsync(copy, "git", "checkout", "-q", "--force", "FETCH_HEAD");
        await MustAsync(copy, "dotnet", ["build", Path.Combine("tests", "Torture"), .. Quick]);
    }

    private static async Task<bool> RunAsync(Mutant mutant, string copy, int seed)
    {
        Console.WriteLine($"{mutant.Name}: {mutant.What}");
        await MustAsync(copy, "git", "apply", mutant.Path);
        try
        {
            await MustAsync(copy, "dotnet", ["build", Path.Combine("src", "Silo"), "--no-restore", .. Quick]);
            await MustAsync(copy, "dotnet", ["build", Path.Combine("samples", "Worker"), "--no-restore", .. Quick]);
            var begun = Stopwatch.GetTimestamp();
            var run = await CommandLine.RunAsync(
                [
                    "dotnet",
                    Path.Combine("tests", "Torture", "bin", "Release", "net10.0", "EndpointSync.Tests.Torture.dll"),
                    "--stop-when-found", "--faults", mutant.Faults, "--minutes",
                    mutant.Minutes.ToString(CultureInfo.InvariantCulture), "--seed",
                    seed.ToString(CultureInfo.InvariantCulture),
                ],
                copy, CancellationToken.None);
            Console.WriteLine(run.Output);
            Console.WriteLine(
                $"{mutant.Name}: {(run.ExitCode == 1 ? "found" : "NOT FOUND")} within "
                + $"{Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s, start and rest included");
            return run.ExitCode == 1;
        }
        finally
        {
            await MustAsync(copy, "git", "checkout", "-q", "--force", ".");
        }
    }

    private static async Task MustAsync(string folder, params string[] command)
    {
        var result = await CommandLine.RunAsync(command, folder, CancellationToken.None);
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {result.Output}");
        }
    }

    private static Task MustAsync(string folder, string program, string[] arguments) =>
        MustAsync(folder, [program, .. arguments]);
}
