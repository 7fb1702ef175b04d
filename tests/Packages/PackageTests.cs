using System.IO.Compression;
using System.Xml.Linq;

namespace EndpointSync.Tests.Packages;

/// <summary>What is in the packages, and what they ask for.</summary>
[Collection(nameof(LocalFeed))]
public sealed class PackageTests(LocalFeed feed)
{
    private static readonly string[] Ids =
    [
        "EndpointSync.Abstractions", "EndpointSync.Cli", "EndpointSync.Client", "EndpointSync.Core",
        "EndpointSync.Protocol", "EndpointSync.Routing", "EndpointSync.Server", "EndpointSync.Tls",
        "EndpointSync.Worker", "EndpointSync.Worker.Yarp",
    ];

    [Fact]
    public void There_is_one_package_for_each_library_and_one_for_the_command_line() =>
        Assert.Equal(Ids, All().Select(package => package.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_says_what_it_is_and_has_license_readme_icon_and_symbols() => Assert.All(All(), package =>
    {
        Assert.All(
            ["description", "license", "readme", "icon", "authors", "repository"],
            name => Assert.NotNull(package.Metadata.Element(package.Metadata.Name.Namespace + name)));
        Assert.Superset(new HashSet<string> { "README.md", "icon.png" }, package.Files.ToHashSet());
        Assert.True(File.Exists(Path.ChangeExtension(package.Path, "snupkg")), package.Id);
    });

    // Two packages with one assembly would be in one application, in whichever version comes first.
    [Fact]
    public void No_assembly_is_in_two_libraries()
    {
        var assemblies = All().SelectMany(
            package => package.Files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)
                && file.EndsWith(".dll", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal).ToList();

        Assert.Equal(assemblies.Distinct(StringComparer.Ordinal), assemblies);
        Assert.Equal(Ids.Length - 1, assemblies.Count);
    }

    // They call each other's internal members.
    [Fact]
    public void Each_asks_for_the_others_in_exactly_its_own_version() => Assert.All(All(), package =>
        Assert.All(
            package.Dependencies.Where(other => other.Id.StartsWith("EndpointSync.", StringComparison.Ordinal)),
            other => Assert.Equal($"[{package.Version}]", other.Version)));

    [Fact]
    public void A_worker_asks_for_nothing_of_others() => Assert.Equal(
        ["EndpointSync.Protocol"],
        All().Single(package => package.Id == "EndpointSync.Worker").Dependencies.Select(other => other.Id));

    private List<Package> All() => [.. Directory.EnumerateFiles(feed.Packages, "*.nupkg").Select(Package.Read)];

    private sealed record Package(
        string Path, XElement Metadata, IReadOnlyList<string> Files,
        IReadOnlyList<(string Id, string Version)> Dependencies)
    {
        public string Id => Value("id");

        public string Version => Value("version");

        public static Package Read(string path)
        {
            using var archive = ZipFile.OpenRead(path);
            using var nuspec = archive.Entries.Single(
                entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            var metadata = XDocument.Load(nuspec).Root!.Elements().First();
            return new Package(
                path, metadata, [.. archive.Entries.Select(entry => entry.FullName)],
                [
                    .. metadata.Descendants(metadata.Name.Namespace + "dependency").Select(
                        other => (other.Attribute("id")!.Value, other.Attribute("version")!.Value)),
                ]);
        }

        private string Value(string name) => Metadata.Element(Metadata.Name.Namespace + name)!.Value;
    }
}
