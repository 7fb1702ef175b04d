namespace EndpointSync.Local.Silos;

/// <summary>The silo's program as the checkout built it, in the same build configuration as this process.</summary>
/// <param name="Path">The assembly to run.</param>
/// <param name="ContentRoot">The folder of the settings and pages that <c>dotnet run</c> would use.</param>
internal sealed record SiloProgram(string Path, string ContentRoot)
{
    /// <exception cref="InvalidOperationException">This process does not run from a checkout, or the silo is not built.</exception>
    public static SiloProgram Find()
    {
        var root = RepositoryRoot.Find(AppContext.BaseDirectory)
            ?? throw new InvalidOperationException(
                $"No EndpointSync.sln at or above {AppContext.BaseDirectory}: a silo process can only be started from a checkout.");
        var configuration = BuildConfiguration(AppContext.BaseDirectory);
        var project = System.IO.Path.Combine(root, "src", "Silo");
        var program = System.IO.Path.Combine(project, "bin", configuration, "net10.0", "EndpointSync.Silo.dll");
        return File.Exists(program)
            ? new SiloProgram(program, project)
            : throw new InvalidOperationException($"{program} does not exist. Build it first: dotnet build src/Silo -c {configuration}");
    }

    /// <summary>The runtime's own launcher: the one this process runs under, or the one on PATH.</summary>
    public static string Launcher() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? (System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet");

    private static string BuildConfiguration(string path) => path.Split('/', '\\').Contains("Release") ? "Release" : "Debug";
}
