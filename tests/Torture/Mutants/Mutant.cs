using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Torture.Mutants;

/// <summary>
/// A deliberate fault of a line or two, kept as a patch. The lines before the patch say what is wrong, and may name
/// the faults and the minutes that it takes to be found.
/// </summary>
internal sealed record Mutant(string Name, string Path)
{
    private const int UsualMinutes = 1;

    /// <summary>The folder of the patches.</summary>
    public static string Folder { get; } = System.IO.Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "tests", "Torture", "mutants");

    public static IReadOnlyList<Mutant> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.patch")
            .Order(StringComparer.Ordinal)
            .Select(path => new Mutant(System.IO.Path.GetFileNameWithoutExtension(path), path)),
    ];

    /// <summary>What is wrong.</summary>
    public string What => File.ReadLines(Path).First();

    public string Faults => Setting("Faults:") ?? "none";

    public double Minutes => double.Parse(Setting("Minutes:") ?? $"{UsualMinutes}", null);

    private string? Setting(string name) => File.ReadLines(Path)
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
}
