using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Worker;

public sealed class PageTests
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    [Fact]
    public void The_page_shows_the_code_that_is_compiled_here()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "how-to", "workers.md"));
        var shown = Between(page, "```csharp\n", "```").Split('\n');
        var compiled = Between(
            File.ReadAllText(Path.Combine(Root, "tests", "Worker", $"{nameof(PageSample)}.cs")), "// Page begins.\n",
            "// Page ends.").Split('\n');

        Assert.Equal(compiled.Select(line => line.Trim()), shown.Select(line => line.Trim()));
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
