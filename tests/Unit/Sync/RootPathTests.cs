using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Routing;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class RootPathTests
{
    [Theory]
    [InlineData("/api/v2/spp", "/api/v2/spp")]
    [InlineData("/api/v2/spp/", "/api/v2/spp/")]
    [InlineData("/api///", "/api///")]
    [InlineData("/api ", "/api ")]
    [InlineData("api", "/api")]
    [InlineData("api/", "/api/")]
    [InlineData("  /api\t", "/api")]
    [InlineData("\u00a0/api", "/api")]
    [InlineData("\u001f/api\u001c", "/api")]
    [InlineData("/a b", "/a b")]
    [InlineData("/a\u3000b", "/a\u3000b")]
    [InlineData("/a#b?c|d\\e>f", "/a#b?c|d\\e>f")]
    [InlineData("/a\nb\u0001\u007f", "/a\nb\u0001\u007f")]
    [InlineData("/|x", "/|x")]
    [InlineData("/web/", "/web/")]
    [InlineData("/Web", "/Web")]
    [InlineData("/websites", "/websites")]
    [InlineData("/web/x", "/web/x")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a.b/..c", "/a.b/..c")]
    [InlineData("/café/日本", "/café/日本")]
    [InlineData("/a%20b&c=d'\"", "/a%20b&c=d'\"")]
    public void A_root_path_is_taken_as_it_is_stored_unless_a_rule_cannot_begin_so(string stored, string expected)
    {
        Assert.True(RootPath.TryNormalize(stored, out var rootPath, out var reason));
        Assert.Equal(expected, rootPath);
        Assert.Null(reason);
    }

    // What is called synced must be served: the table takes the rules of every root path that is accepted.
    [Theory]
    [InlineData("a")]
    [InlineData("/a")]
    [InlineData("/é")]
    [InlineData("/a.b/..c")]
    [InlineData("/{x}$^*+()[]%2F")]
    public void The_longest_root_paths_give_rules_that_match(string piece)
    {
        var stored = string.Concat(Enumerable.Repeat(piece, RootPath.MaxLength))[..RootPath.MaxLength].TrimEnd('/');
        Assert.True(RootPath.TryNormalize(stored, out var rootPath, out var reason), reason);
        var entry = new RouteEntry("1", ExpectedRoute.RouteOf(rootPath).Split('|'), []);

        var table = RouteTable.Empty.Apply(1, [RouteTableChange.Put(entry)]);

        Assert.Empty(table.Problems);
        Assert.Equal(RouteOutcome.Found, table.Match($"{rootPath}/", "GET").Outcome);
        Assert.Equal(RouteOutcome.Found, table.Match($"{rootPath}/items/7", "GET").Outcome);
        Assert.False(RootPath.TryNormalize(stored + new string('x', RootPath.MaxLength), out _, out _));
    }

    [Theory]
    [InlineData("", "root path is empty")]
    [InlineData("  ", "root path is empty")]
    [InlineData("/", "root path '/' is reserved for Odoo itself")]
    [InlineData("//", "root path '//' is reserved for Odoo itself")]
    [InlineData("/web", "root path '/web' is reserved for Odoo itself")]
    [InlineData(" web ", "root path '/web' is reserved for Odoo itself")]
    [InlineData("/website", "root path '/website' is reserved for Odoo itself")]
    [InlineData(
        "/<int:id>",
        "root path '/<int:id>' contains '<', which begins a variable, and Odoo finds the app of an endpoint by its "
        + "path as text")]
    [InlineData(
        "//a", "root path '//a' begins with two slashes, and the slashes at a path's start count as one")]
    [InlineData("/|", "root path '/|' gives a row whose key Odoo makes differently")]
    [InlineData("/a\0", "root path contains half of a surrogate pair or U+0000, which no request can contain")]
    [InlineData(
        "/a/../b",
        "root path '/a/../b' contains a '.' or '..' segment, which clients resolve before they send a request")]
    [InlineData(
        "/.", "root path '/.' contains a '.' or '..' segment, which clients resolve before they send a request")]
    public void An_unroutable_root_path_is_refused_with_the_value_and_the_reason(string stored, string expected)
    {
        Assert.False(RootPath.TryNormalize(stored, out var rootPath, out var reason));
        Assert.Null(rootPath);
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_root_path_that_is_too_long_is_refused_with_its_beginning_and_the_limit()
    {
        var longest = "/" + new string('a', RootPath.MaxLength - 1);

        Assert.True(RootPath.TryNormalize(longest, out _, out _));
        Assert.False(RootPath.TryNormalize(longest + "a", out _, out var reason));
        Assert.Equal($"root path '/{new string('a', 39)}...' has 1025 characters; 1024 is the limit", reason);
    }

    [Theory]
    [InlineData("/api/", "/api")]
    [InlineData(" api// \n", "/api")]
    [InlineData("\u001d/a b", "/a b")]
    public void A_root_path_that_somebody_enters_is_trimmed_and_loses_its_trailing_slashes(string entered, string path)
    {
        Assert.True(RootPath.TryEnter(entered, out var rootPath, out _));
        Assert.Equal(path, rootPath);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_text()
    {
        Assert.False(RootPath.TryNormalize("/a\ud83d", out _, out _));
        Assert.True(RootPath.TryNormalize("/a\ud83d\ude00", out _, out _));
    }

    // Odoo's own rule for a path is the yardstick: whatever can be read as a rule of static parts is a root path, apart
    // from the reasons that are written down.
    [Fact]
    public void Whatever_the_parser_reads_as_static_parts_is_accepted_by_a_sync_and_by_an_edit()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] pieces =
        [
            "/", "/", "//", "a", "B", "é", "日本", "😀", " ", "\t", "\n", "\u001f", "\u0085", "\u00a0", "\u202e",
            "\u001b", "<", ">", "<x>", "<int:x>", "<path:application_path>", "|", "#", "?", "%2F", "\\", ".", "..",
            "\ud83d", "\u007f", "web", "{x}", "$", "(",
        ];
        for (var round = 0; round < 20_000; round++)
        {
            var stored = string.Concat(random.GetItems(pieces, random.Next(1, 6)));
            var isAccepted = RootPath.TryNormalize(stored, out var path, out var reason);
            var found = $"seed {seed}: '{stored}' {reason}";
            Assert.Equal(isAccepted, path is not null);
            if (path is null)
            {
                Assert.True(IsRefusedOnPurpose(stored), found);
                continue;
            }

            var table = RouteTable.Empty.Apply(
                1, [RouteTableChange.Put(new RouteEntry("1", ExpectedRoute.RulesOf(path), []))]);
            Assert.True(table.Problems.Count == 0, found);
            var target = string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + "/items";
            var request = RequestPath.Decode(target, new char[target.Length]);
            Assert.True(table.Match(request, "GET").Outcome == RouteOutcome.Found, found);
            if (RootPath.TryEnter(stored, out var entered, out _))
            {
                Assert.True(RootPath.TryNormalize(entered, out var again, out _) && again == entered, found);
            }
        }
    }

    private static bool IsRefusedOnPurpose(string stored)
    {
        var path = stored.Trim([.. " \t\n\u001f\u0085\u00a0"]);
        return path.Contains('<') || path.Contains('\ud83d') || path.Trim('/') is "" or "web" or "|"
            || path.StartsWith("//", StringComparison.Ordinal) || path.TrimStart('/').StartsWith('|')
            || path.Split('/').Any(segment => segment.Trim() is "." or "..");
    }

    [Fact]
    public void A_normalized_root_path_stays_as_it_is()
    {
        Assert.True(RootPath.TryNormalize(" api/x/ ", out var once, out _));
        Assert.True(RootPath.TryNormalize(once, out var twice, out _));
        Assert.Equal(once, twice);
    }
}
