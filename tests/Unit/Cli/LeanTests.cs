using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Cli;

/// <summary>A command starts anew each time, and so pays for all that it carries.</summary>
public sealed class LeanTests
{
    private static readonly string[] Carried =
    [
        "EndpointSync.Protocol", "EndpointSync.Routing", "Spectre.Console", "Spectre.Console.Ansi",
        "System.CommandLine", "endpointsync",
    ];

    private static readonly string Folder = Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "src", "Cli", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    [Fact]
    public void The_command_line_carries_only_what_a_command_needs()
    {
        // Packing the command line publishes it into a folder inside.
        var published = Path.Combine(Folder, "publish");
        var assemblies = Directory.GetFiles(Folder, "*.dll", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(published, StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal);

        Assert.Equal(Carried.Order(StringComparer.Ordinal), assemblies);
    }

    [Fact]
    public void Nothing_that_it_carries_refers_to_Orleans_Roslyn_Npgsql_or_ASP_NET()
    {
        var references = Directory.GetFiles(Folder, "*.dll", SearchOption.AllDirectories).SelectMany(ReferencesOf);

        Assert.DoesNotContain(
            references, name => name.StartsWith("Orleans", StringComparison.Ordinal)
                || name.StartsWith("Npgsql", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private static List<string> ReferencesOf(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(
                handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)),
        ];
    }
}
