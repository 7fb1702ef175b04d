namespace EndpointSync.Tests.Routing;

/// <summary>404, 405 and the methods that are allowed.</summary>
public sealed class MethodTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("get", true)]
    [InlineData("HEAD", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("POST", false)]
    [InlineData("PURGE", false)]
    public void GET_adds_HEAD_and_every_declared_method_adds_OPTIONS(string method, bool matches) =>
        Assert.Equal(
            matches ? "/a" : "MethodNotAllowed GET HEAD OPTIONS",
            Routes.Of(Routes.Entry(1, "/a", "GET")).Ask("/a", method));

    [Fact]
    public void Without_declared_methods_every_method_is_answered() =>
        Assert.Equal("/a", Routes.Of("/a").Ask("/a", "PURGE"));

    [Fact]
    public void Methods_outside_the_standard_work_like_any_other()
    {
        var table = Routes.Of(Routes.Entry(1, "/a", "Purge"), Routes.Entry(2, "/a", "POST", "BAN"));
        Assert.Equal("/a", table.Ask("/a", "purge"));
        Assert.Equal("MethodNotAllowed BAN OPTIONS POST PURGE", table.Ask("/a"));
    }

    [Fact]
    public void The_allowed_methods_are_those_of_all_rules_that_match_the_path()
    {
        var table = Routes.Of(
            Routes.Entry(1, "/a/b", "POST"), Routes.Entry(2, "/a/<x>", "PUT"), Routes.Entry(3, "/<path:x>", "DELETE"));
        Assert.Equal("MethodNotAllowed DELETE OPTIONS POST PUT", table.Ask("/a/b"));
        Assert.Equal("/a/<x> x=text b", table.Ask("/a/b", "PUT"));
    }

    [Fact]
    public void A_rule_with_a_trailing_slash_allows_no_methods_for_a_path_without_it()
    {
        var table = Routes.Of(Routes.Entry(1, "/a/", "POST", "BAN"));
        Assert.Equal("NotFound", table.Ask("/a"));
        Assert.Equal("MethodNotAllowed BAN OPTIONS POST", table.Ask("/a/"));
        Assert.Equal(
            "MethodNotAllowed OPTIONS PURGE",
            table.Apply(2, [EndpointSync.Routing.RouteTableChange.Put(Routes.Entry(2, "/a", "PURGE"))]).Ask("/a"));
    }

    [Fact]
    public void A_refused_value_is_a_405_if_other_rules_failed_only_by_their_method() =>
        Assert.Equal(
            "MethodNotAllowed OPTIONS POST",
            Routes.Of(Routes.Entry(1, "/5", "POST"), Routes.Entry(2, "/<int(max=4):x>", "GET")).Ask("/5"));
}
