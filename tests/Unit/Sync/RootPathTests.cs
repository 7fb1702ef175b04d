using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Routing;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class RootPathTests
{
    [Theory]
    [InlineData("/api/v2/spp", "/api/v2/spp")]
    [InlineData("/api/v2/spp/", "/api/v2/spp")]
    [InlineData("/api///", "/api")]
    [InlineData("api", "/api")]
    [InlineData("  /api\t", "/api")]
    [InlineData("\u00a0/api", "/api")]
    [InlineData("/websites", "/websites")]
    [InlineData("/web/x", "/web/x")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a.b/..c", "/a.b/..c")]
    [InlineData("/café/日本", "/café/日本")]
    [InlineData("/a%20b&c=d'\"", "/a%20b&c=d'\"")]
    public void A_root_path_is_trimmed_and_gets_one_leading_and_no_trailing_slash(string stored, string expected)
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
    [InlineData("web/", "root path 'web/' is reserved for Odoo itself")]
    [InlineData("/website", "root path '/website' is reserved for Odoo itself")]
    [InlineData("/a\u0001b", "root path '/a\\u0001b' contains a control character")]
    [InlineData("/a\nb", "root path '/a\\u000ab' contains a control character")]
    [InlineData("/a\u007fb", "root path '/a\\u007fb' contains a control character")]
    [InlineData("/a b", "root path '/a b' contains a space")]
    [InlineData("/a\u3000b", "root path '/a\u3000b' contains a space")]
    [InlineData("/<int:id>", "root path '/<int:id>' contains '<'")]
    [InlineData("/a>", "root path '/a>' contains '>'")]
    [InlineData("/a|b", "root path '/a|b' contains '|'")]
    [InlineData("/a?b", "root path '/a?b' contains '?'")]
    [InlineData("/a#b", "root path '/a#b' contains '#'")]
    [InlineData("/a\\b", "root path '/a\\b' contains '\\'")]
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

    [Fact]
    public void A_normalized_root_path_stays_as_it_is()
    {
        Assert.True(RootPath.TryNormalize(" api/x/ ", out var once, out _));
        Assert.True(RootPath.TryNormalize(once, out var twice, out _));
        Assert.Equal(once, twice);
    }
}
