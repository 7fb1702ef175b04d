using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing;

/// <summary>Rules that are refused.</summary>
public sealed class ProblemTests
{
    [Theory]
    [InlineData("a", 0, "begins with a slash")]
    [InlineData("", 0, "begins with a slash")]
    [InlineData("/a/<b", 3, "opens a variable")]
    [InlineData("/a/<b c>", 3, "opens a variable")]
    [InlineData("/a/<int(min=1:x>", 3, "opens a variable")]
    [InlineData("/<any(a\n):x>", 1, "opens a variable")]
    [InlineData("/<x>/<x>", 5, "'x' occurs twice")]
    [InlineData("/<None>", 1, "cannot be the name")]
    [InlineData("/<slug:x>", 1, "no converter 'slug'")]
    [InlineData("/a<int(digits=2):x>", 2, "no argument 'digits'")]
    [InlineData("/<int(2,fixed_digits=2):x>", 1, "'fixed_digits' is given twice")]
    [InlineData("/<model(a,b):x>", 1, "at most 1 arguments")]
    [InlineData("/<any(1):x>", 1, "quote numbers")]
    [InlineData("/<any(a=b):x>", 1, "no argument 'a'")]
    [InlineData("/<string(length=x):x>", 1, "'length' must be a whole number")]
    [InlineData("/<string(minlength=None):x>", 1, "'minlength' must be a whole number")]
    public void The_reason_says_what_is_wrong_and_where(string rule, int position, string reason)
    {
        var problem = Assert.Single(Routes.Of(rule).Problems);
        Assert.Equal(("1", rule, position), (problem.Key, problem.Text, problem.Position));
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/<string(3,2):x>")]
    [InlineData("/<string(length='-2'):x>")]
    [InlineData("/<string(length=4294967295):x>")]
    [InlineData("/<int(min=a):x>")]
    [InlineData("/<float(max='1'):x>")]
    public void A_rule_that_Werkzeug_takes_and_then_fails_to_match_is_refused(string rule) =>
        Assert.Single(Routes.Of(rule).Problems);

    [Fact]
    public void A_rule_of_more_than_a_thousand_characters_is_refused()
    {
        Assert.Empty(Routes.Of("/" + new string('a', 999)).Problems);
        Assert.Equal(2_000, Assert.Single(Routes.Of("/" + new string('a', 2_000)).Problems).Position);
    }

    [Fact]
    public void The_longest_rule_with_the_most_parts_is_matched() =>
        Assert.NotEqual(
            "NotFound",
            Routes.Of(string.Concat(Enumerable.Repeat("/a", 500))).Ask(string.Concat(Enumerable.Repeat("/a", 500))));

    [Theory]
    [InlineData("", 0)]
    [InlineData("GE T", 2)]
    [InlineData("MÉTHODE", 1)]
    public void A_text_that_is_not_an_HTTP_method_is_refused(string method, int position)
    {
        var problem = Assert.Single(Routes.Of(Routes.Entry(1, "/a", "GET", method)).Problems);
        Assert.Equal((method, position), (problem.Text, problem.Position));
    }

    [Fact]
    public void One_bad_rule_removes_its_own_entry_and_nothing_else()
    {
        var table = Routes.Of(new RouteEntry("1", ["/a", "/<", "/<x:y>"], []), new RouteEntry("2", ["/b"], []));
        Assert.Equal(["/<", "/<x:y>"], table.Problems.Select(problem => problem.Text));
        Assert.Equal("NotFound", table.Ask("/a"));
        Assert.Equal("/b", table.Ask("/b"));
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void An_entry_that_turns_bad_is_removed_and_returns_when_it_is_corrected()
    {
        var good = Routes.Of("/a");
        var bad = good.Apply(2, [RouteTableChange.Put(Routes.Entry(1, "/<"))]);
        var mended = bad.Apply(3, [RouteTableChange.Put(Routes.Entry(1, "/a"))]);
        Assert.Equal(["/a", "NotFound", "/a"], new[] { good, bad, mended }.Select(table => table.Ask("/a")));
        Assert.Equal([0, 1, 0], new[] { good, bad, mended }.Select(table => table.Problems.Count));
    }
}
