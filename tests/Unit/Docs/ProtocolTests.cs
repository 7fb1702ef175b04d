using System.Text.RegularExpressions;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Docs;

/// <summary>docs/protocol.md names the tests that prove each invariant; a name without a test proves nothing.</summary>
public sealed partial class ProtocolTests
{
    private const int Invariants = 23;

    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "protocol.md"));

    [Fact]
    public void Every_invariant_names_tests() => Assert.Equal(Invariants, Proof().Count(Page));

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();

        Assert.All(Named().Matches(Page), named => Assert.Contains(sources, source =>
            source.Contains($"class {named.Groups["class"]}", StringComparison.Ordinal)
                && source.Contains($" {named.Groups["method"]}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex("^Proved by$", RegexOptions.Multiline)]
    private static partial Regex Proof();

    [GeneratedRegex(@"^- `(?<class>\w+)\.(?<method>\w+)`$", RegexOptions.Multiline)]
    private static partial Regex Named();
}
