namespace EndpointSync.Tests.Routing;

/// <summary>The order in which several rules answer.</summary>
public sealed class PrecedenceTests
{
    [Theory]
    [InlineData("/a/b", "/a/b", "/a/b", "/a/<x>", "/<path:x>")]
    [InlineData("/a/c", "/a/<x> x=text c", "/a/b", "/a/<x>", "/a/<path:x>")]
    [InlineData("/a/1", "/a/<int:x> x=whole 1", "/a/<path:x>", "/a/<x>", "/a/<int:x>")]
    [InlineData("/a/c/d", "/<path:x> x=text a/c/d", "/<path:x>", "/a/<x>", "/a/b")]
    [InlineData("/a/b/d", "/a/<x>/d x=text b", "/a/b/c", "/a/<x>/d")]
    [InlineData("/v1-2", "/v<x> x=text 1-2", "/<x>", "/v<x>")]
    [InlineData("/a-b", "/<x>-<y> x=text a, y=text b", "/v<x>", "/<x>-<y>")]
    [InlineData("/abc", "/ab<x> x=text c", "/a<x>", "/ab<x>")]
    public void Static_rules_go_before_variables_and_the_closer_fit_before_the_wider(
        string path, string answer, params string[] rules)
    {
        Assert.Equal(answer, Routes.Of(rules).Ask(path));
        Array.Reverse(rules);
        Assert.Equal(answer, Routes.Of(rules).Ask(path));
    }

    [Fact]
    public void Of_rules_with_equal_weight_the_lowest_key_goes_first_and_its_numbers_compare_as_numbers()
    {
        var ten = new EndpointSync.Routing.RouteEntry("fastapi.endpoint:10:/", ["/<any(a, b):x>"], []);
        var nine = new EndpointSync.Routing.RouteEntry("fastapi.endpoint:9:/", ["/<x>"], []);
        Assert.Equal("/<x> x=text a", Routes.Of(ten, nine).Ask("/a"));
        Assert.Equal("/<x> x=text a", Routes.Of(nine, ten).Ask("/a"));
        Assert.Equal("/<any(a, b):x> x=text a", Routes.Of(ten, nine with { Key = "fastapi.endpoint:90:/" }).Ask("/a"));
    }

    [Fact]
    public void A_value_out_of_limits_ends_the_search_even_if_another_rule_could_answer() =>
        Assert.Equal("NotFound", Routes.Of("/<int(max=5):x>", "/<x>").Ask("/6"));
}
