using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Architecture;

/// <summary>Code is read side by side, so its lines end at column 120.</summary>
public sealed class LineLengthTests
{
    private const int Longest = 120;

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    [Fact]
    public void No_line_of_code_passes_column_120()
    {
        string[] folders = ["src", "tests", "tools", "samples", "benchmarks"];
        var files = folders
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".sql" && !IsGenerated(file))
            .ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(line => line.Line.Length > Longest && !IsLiteralJson(line.Line))
            .Select(line => $"{Path.GetRelativePath(Root, file)}:{line.Number}: {line.Line.Length} columns")));
    }

    // Odoo's rows hold JSON on one line, which is compared as text.
    private static bool IsLiteralJson(string line) => line.TrimStart().StartsWith("{\"", StringComparison.Ordinal);

    private static bool IsGenerated(string file) =>
        file.Split(Path.DirectorySeparatorChar).Intersect(["obj", "bin", "node_modules"]).Any();
}
