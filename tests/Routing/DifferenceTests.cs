namespace EndpointSync.Tests.Routing;

/// <summary>Differences between the table and Werkzeug; docs/explanation/routing.md lists each of them.</summary>
public sealed class DifferenceTests
{
    [Theory]
    [InlineData("/<int(signed=True):x>", "/--3")]
    [InlineData("/<models('m'):x>", "/1,,2")]
    [InlineData("/<models('m'):x>", "/,")]
    public void A_value_that_Python_cannot_convert_is_not_found_where_Werkzeug_fails(string rule, string path) =>
        Assert.Equal("NotFound", Routes.Of(rule).Ask(path));

    [Fact]
    public void A_number_longer_than_Python_reads_is_not_found_where_Werkzeug_fails()
    {
        var longest = new string('1', 4_300);
        Assert.Equal($"/<int:x> x=whole {longest}", Routes.Of("/<int:x>").Ask("/" + longest));
        Assert.Equal("NotFound", Routes.Of("/<int:x>").Ask("/" + new string('1', 4_301)));
    }

    [Fact]
    public void Digits_follow_the_Unicode_version_of_dotnet_and_not_that_of_Python() =>
        // U+11F51, a digit since Unicode 15; Python 3.11 has Unicode 14.
        Assert.Equal("/<int:x> x=whole 1", Routes.Of("/<int:x>").Ask("/\U00011F51"));
}
