using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Docs;

/// <summary>The page shows each recipe exactly as the recipe tests run it.</summary>
public sealed class RecipeTests
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    private static readonly string Folder = Path.Combine(Root, "samples", "foreign");

    private static readonly string[] Languages = [".py", ".sql", ".sh", ".js", ".java"];

    public static TheoryData<string> Recipes =>
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(
            file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Where(
                file => Languages.Contains(Path.GetExtension(file)) && !file.Contains(
                    "node_modules/", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void The_page_shows_a_recipe_word_for_word(string recipe)
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "how-to", "foreign-writers.md"));

        Assert.Contains($"(../../samples/foreign/{recipe})\n\n```", page, StringComparison.Ordinal);
        Assert.Contains($"\n{File.ReadAllText(Path.Combine(Folder, recipe))}```\n", page, StringComparison.Ordinal);
    }
}
