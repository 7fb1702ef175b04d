using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tools.Processes;

/// <summary>A program of the checkout, built in the same configuration as this process.</summary>
/// <param name="Path">The assembly to run.</param>
/// <param name="ContentRoot">The folder of the settings and pages that <c>dotnet run</c> uses.</param>
internal sealed record ServerProgram(string Path, string ContentRoot)
{
    /// <param name="project">The project's folder, from the root of the checkout.</param>
    /// <param name="assembly">The name of the project's assembly, without .dll.</param>
    /// <exception cref="InvalidOperationException">
    /// This process does not run from a checkout, or the program is not built.
    /// </exception>
    public static ServerProgram Find(string project, string assembly)
    {
        var root = RepositoryRoot.Find(AppContext.BaseDirectory)
            ?? throw new InvalidOperationException(
                $"No EndpointSync.sln at or above {AppContext.BaseDirectory}: the processes of {project} can only be "
                + "started from a checkout.");
        var configuration = BuildConfiguration(AppContext.BaseDirectory);
        var folder = System.IO.Path.Combine(root, project);
        var program = System.IO.Path.Combine(folder, "bin", configuration, "net10.0", $"{assembly}.dll");
        return File.Exists(program)
            ? new ServerProgram(program, folder)
            : throw new InvalidOperationException(
                $"{program} does not exist. Build it first: dotnet build {project} -c {configuration}");
    }

    /// <summary>A program of another checkout.</summary>
    /// <param name="path">The assembly, where a build of its project puts it.</param>
    public static ServerProgram Of(string path) =>
        new(path, System.IO.Path.GetFullPath(System.IO.Path.Combine(path, "..", "..", "..", "..")));

    /// <summary>The dotnet launcher: the one that runs this process, or the one on PATH.</summary>
    public static string Launcher() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? (System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? Environment.ProcessPath!
            : "dotnet");

    private static string BuildConfiguration(string path) =>
        path.Split('/', '\\').Contains("Release") ? "Release" : "Debug";
}
