namespace EndpointSync.Tests.Routing;

/// <summary>Slashes, Unicode and percent signs in paths.</summary>
public sealed class PathTests
{
    [Theory]
    [InlineData("/a", "/a/", true)]
    [InlineData("/a/", "/a", true)]
    [InlineData("/a/", "/a/", true)]
    [InlineData("/a", "/a//", false)]
    [InlineData("/a/b", "/a//b", false)]
    [InlineData("/a//b", "/a//b", true)]
    [InlineData("/a//b", "/a/b", false)]
    [InlineData("/a", "//a", true)]
    [InlineData("/a", "a", true)]
    [InlineData("//a", "//a", false)]
    [InlineData("/", "", true)]
    [InlineData("/", "/", true)]
    [InlineData("/", "//", true)]
    [InlineData("/<x>/", "/a", true)]
    [InlineData("/<x>", "/a/", true)]
    public void A_trailing_slash_makes_no_difference_and_no_rule_answers_a_path_with_merged_slashes(
        string rule, string path, bool matches) =>
        Assert.Equal(matches, Routes.Of(rule).Ask(path).StartsWith(rule, StringComparison.Ordinal));

    [Fact]
    public void Rules_with_and_without_a_trailing_slash_differ_where_both_exist()
    {
        var table = Routes.Of("/a/", "/a");
        Assert.Equal("/a", table.Ask("/a"));
        Assert.Equal("/a/", table.Ask("/a/"));
    }

    [Theory]
    [InlineData("/é", "/é", true)]
    [InlineData("/é", "/e\u0301", false)]
    [InlineData("/é", "/É", false)]
    [InlineData("/日本/<x>", "/日本/😀", true)]
    [InlineData("/a%20b", "/a b", false)]
    [InlineData("/a%20b", "/a%20b", true)]
    [InlineData("/a+b", "/a b", false)]
    public void Text_matches_unit_by_unit_and_nothing_is_decoded_in_a_rule_or_a_path(
        string rule, string path, bool matches) =>
        Assert.Equal(matches, Routes.Of(rule).Ask(path) != "NotFound");

    [Fact]
    public void A_lone_surrogate_is_a_code_point_of_its_own() =>
        Assert.Equal(
            "/<string(length=2):x> x=text \ud83d\ud83d", Routes.Of("/<string(length=2):x>").Ask("/\ud83d\ud83d"));

    [Fact]
    public void Long_paths_with_many_slashes_are_matched_without_trouble()
    {
        var table = Routes.Of("/<path:a>/x/<path:b>/y/<path:c>/z", "/<a>/<b>");
        Assert.Equal("NotFound", table.Ask(string.Concat(Enumerable.Repeat("/x/y", 2_000))));
    }
}
