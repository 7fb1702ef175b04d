using System.Diagnostics;
using EndpointSync.Tools.Postgres;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Packages;

/// <summary>The tests that share the packages.</summary>
[CollectionDefinition(nameof(LocalFeed))]
public sealed class LocalFeedTests : ICollectionFixture<LocalFeed>;

/// <summary>
/// The packages, made from the Release build, in an empty directory; and the applications of <c>samples/packages</c>
/// that restore them there, with a cache in which nothing of ours is.
/// </summary>
public sealed class LocalFeed : IAsyncLifetime
{
    // The machine runs other tests meanwhile.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpointsync-packages-");

    /// <summary>The folder of the packages.</summary>
    public string Packages => Path.Combine(_folder.FullName, "feed");

    /// <summary>The assembly of an application, built.</summary>
    public string Program(string sample) => Path.Combine(
        _folder.FullName, sample, "bin", "Debug", "net10.0", $"{sample}.dll");

    public async ValueTask InitializeAsync()
    {
        await RunAsync(Root, Path.Combine(Root, "pack"), "--no-build", Packages);
        CopySamples();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "nuget.config"), Sources());
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "Samples.slnx"), Solution);
        await RunAsync(_folder.FullName, "dotnet", "build", "Samples.slnx", "-v", "quiet", "-nologo");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private const string Solution =
        """
        <Solution>
          <Project Path="Reload/Reload.csproj" />
          <Project Path="Subscriber/Subscriber.csproj" />
          <Project Path="Worker/Worker.csproj" />
        </Solution>
        """;

    // The packages of others are where this machine has them already.
    private string Sources() =>
        $"""
         <configuration>
           <config>
             <add key="globalPackagesFolder" value="{Path.Combine(_folder.FullName, "cache")}" />
           </config>
           <fallbackPackageFolders>
             <clear />
             <add key="machine" value="{MachineCache()}" />
           </fallbackPackageFolders>
           <packageSources>
             <clear />
             <add key="local" value="{Packages}" />
             <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
           </packageSources>
           <packageSourceMapping>
             <packageSource key="local"><package pattern="EndpointSync.*" /></packageSource>
             <packageSource key="nuget.org"><package pattern="*" /></packageSource>
           </packageSourceMapping>
         </configuration>
         """;

    private static string MachineCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private void CopySamples()
    {
        var samples = Path.Combine(Root, "samples", "packages");
        foreach (var file in Directory.EnumerateFiles(samples, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(samples, file);
            if (name.Split(Path.DirectorySeparatorChar) is [var sample, var source] && Path.HasExtension(source))
            {
                Directory.CreateDirectory(Path.Combine(_folder.FullName, sample));
                File.Copy(file, Path.Combine(_folder.FullName, name));
            }
        }
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("NUGET_PACKAGES");
        using var process = SystemProcess.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Longest);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}{await error}");
    }
}
