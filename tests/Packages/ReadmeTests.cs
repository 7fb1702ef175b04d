using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Packages;

public sealed class ReadmeTests
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(Path.Combine(Root, "src"))
        .Where(folder => File.Exists(Path.Combine(folder, "README.md")))
        .Select(folder => Path.GetFileName(folder))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_packages_readme_shows_code_that_is_compiled_here(string folder)
    {
        var shown = Parts(
            File.ReadAllText(Path.Combine(Root, "src", folder, "README.md")), "```csharp\n", "```");
        var compiled = Parts(
            File.ReadAllText(Path.Combine(Root, "tests", "Packages", "ReadmeCode.cs")), $"// {folder} begins.\n",
            $"// {folder} ends.");

        Assert.Equal(compiled, shown);
    }

    // The worker of the sample is the one that the readme shows, behind its using.
    [Fact]
    public void The_sample_worker_is_that_of_the_readme_in_12_lines()
    {
        var sample = File.ReadAllText(Path.Combine(Root, "samples", "packages", "Worker", "Program.cs"));
        var readme = File.ReadAllText(Path.Combine(Root, "src", "Worker", "README.md"));

        Assert.Equal(12, sample.TrimEnd().Split('\n').Length);
        Assert.Contains($"```csharp\n{sample.Split("\n\n", 2)[1]}```", readme, StringComparison.Ordinal);
    }

    // The ends of types are left out, where they have more members here.
    private static List<string> Parts(string text, string start, string end) =>
    [
        .. text.Split(start).Skip(1).Select(part => part[..part.IndexOf(end, StringComparison.Ordinal)])
            .Select(part => string.Join('\n', part.Split('\n').Select(line => line.Trim())).TrimEnd('}', '\n')),
    ];
}
