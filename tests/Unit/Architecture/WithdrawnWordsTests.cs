using System.Text.RegularExpressions;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Architecture;

/// <summary>
/// One word per idea: words that were given up for the field's own are found wherever they come back.
/// </summary>
public sealed partial class WithdrawnWordsTests
{
    private static readonly string[] Folders =
        ["src", "tools", "samples", "integrations", "tests", "benchmarks", "docs"];
    private static readonly string[] Extensions =
        [".cs", ".sql", ".md", ".py", ".js", ".java", ".csproj", ".json", ".txt", ".sh"];

    // The files that must name the words: this one, and the history.
    private static readonly string[] Exempt = ["WithdrawnWordsTests.cs", "packages.lock.json"];

    public static TheoryData<string, string> Words => new()
    {
        { "(?<![A-Za-z])[Gg]lanc(e|es|ed|ing)(?![a-z])", "dirty check" },
        { "RegistryLook|(?<![A-Za-z])[Ll]ook(s|ed|ing)? back(?![a-z])", "preflight, verify before commit" },
        { "(?<![A-Za-z])[Ff]lights?(?![a-z])|Flights?(?=[A-Z(<;])", "run, sync; request coalescing" },
        { "[Oo]utbox", "coalescing sender" },
        { "(?<![A-Za-z])[Dd]oors?(?![a-z])|ReloadDoor", "gateway entry" },
        { "[Ss]tand-?[Ii]n(?![a-z])|stands in for", "fallback" },
        { "[Pp]atien(ce|t|tly)(?![a-z])", "timeout, deadline" },
        { "[Vv]erdict|(?<![A-Za-z])[Jj]udge[ds]?(?![a-z])", "foreign write outcome" },
        { "(?<![A-Za-z])[Dd]isput(e|es|ed)(?![a-z])", "repair backoff" },
        { "(?<![A-Za-z])in line(?![a-z-])|InLine(?!Data|Array)|inLine", "in sync" },
        { "(?<![A-Za-z])[Oo]w(e|es|ed)(?![a-z])|Owed(?![a-z])", "pending" },
        {
            "NotedRows|note_endpoints|note_routes|note_all|endpoint_sync\\.(note|track|tell)\\b",
            "record_change, install_triggers, notify_if_safe"
        },
        { "(?<![A-Za-z])[Ss]ighting|Sightings", "lock holder, long hold" },
        { "(?<![A-Za-z])[Uu]nheard|(?<![A-Za-z])[Hh]ear(s|d|ing)?(?![a-z])", "receive, notification, last report" },
        { "RouteStamp|(?<![A-Za-z])stamps?(?![a-z])|\\.Stamp\\b", "table id" },
        { "(?<![A-Za-z])[Ss]uffer|Misfit", "SetProblem, HashMismatch" },
        { "SequenceSettling|SettleDelay|signalled_(at|version)", "bump, bump again" },
        { "\\.Author\\b|string Author\\b", "silo" },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void A_withdrawn_word_is_in_no_source_and_on_no_page(string word, string instead)
    {
        var pattern = new Regex(word, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30));
        var found = Files().SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (Line: line.Trim(), Number: index + 1))
            .Where(line => pattern.IsMatch(line.Line))
            .Select(line => $"{Path.GetRelativePath(Root, file)}:{line.Number}: say {instead}: {line.Line}"));

        Assert.Empty(found.Take(20));
    }

    [Fact]
    public void The_search_reads_the_product_its_pages_and_its_tests()
    {
        var names = Files().Select(file => Path.GetRelativePath(Root, file)).ToList();

        Assert.Contains(Path.Combine("src", "Grains", "Coordination", "SyncRunner.cs"), names);
        Assert.Contains(Path.Combine("docs", "protocol.md"), names);
        Assert.Contains("README.md", names);
    }

    private static string Root { get; } = RepositoryRoot.Find(AppContext.BaseDirectory)!;

    private static IEnumerable<string> Files() => Folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Root, "*.md").Where(file => Path.GetFileName(file) != "CHANGELOG.md"))
        .Where(file => Extensions.Contains(Path.GetExtension(file)) && !Exempt.Contains(Path.GetFileName(file))
            && !Built().IsMatch(file));

    [GeneratedRegex(@"[/\\](bin|obj|results|plots|node_modules|__pycache__)[/\\]")]
    private static partial Regex Built();
}
