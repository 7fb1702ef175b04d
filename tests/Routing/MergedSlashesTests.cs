using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing;

/// <summary>
/// What Odoo's map answers to a path with more slashes than a rule has. The cases are data: the answers of the Werkzeug
/// that is installed are compared by the generated tests, those of the others follow from its source.
/// </summary>
public sealed class MergedSlashesTests
{
    private static readonly RouteTable Table = Routes.Of(
        Routes.Entry(1, "/api/v2/spp/", "GET", "POST"),
        Routes.Entry(2, "/api/v2/spp/<path:application_path>", "GET", "POST"),
        Routes.Entry(3, "/slash//<path:rest>", "GET"),
        Routes.Entry(4, "/number/<int(max=5):x>", "GET"),
        Routes.Entry(5, "/purge/<x>", "PURGE"));

    [Theory]
    // Werkzeug 2.2.2 and 3.0.1.
    [InlineData(MergedSlashes.Redirect, "GET", "/api//v2/spp/a", "308 /api/v2/spp/a")]
    [InlineData(MergedSlashes.Redirect, "GET", "/api//v2//spp//a", "308 /api/v2/spp/a")]
    [InlineData(MergedSlashes.Redirect, "GET", "/api/v2/spp///", "308 /api/v2/spp//")]
    [InlineData(MergedSlashes.Redirect, "GET", "/api/v2/spp//a//b", "308 /api/v2/spp/a/b")]
    [InlineData(MergedSlashes.Redirect, "GET", "//api//v2/spp", "308 /api/v2/spp")]
    [InlineData(MergedSlashes.Redirect, "DELETE", "/api//v2/spp/a", "405 GET HEAD OPTIONS POST")]
    [InlineData(MergedSlashes.Redirect, "GET", "/purge//x", "405 OPTIONS PURGE")]
    // Only pairs are merged, once.
    [InlineData(MergedSlashes.Redirect, "GET", "/api///v2/spp/a", "404")]
    [InlineData(MergedSlashes.Redirect, "GET", "/slash///x", "308 /slash//x")]
    [InlineData(MergedSlashes.Redirect, "GET", "/slash//x", "200")]
    [InlineData(MergedSlashes.Redirect, "GET", "/slash/x", "404")]
    // The value is not read before the redirect.
    [InlineData(MergedSlashes.Redirect, "GET", "/number//7", "308 /number/7")]
    [InlineData(MergedSlashes.Redirect, "GET", "/none//x", "404")]
    // Werkzeug 3.1.8: a rule without merging is not redirected to, but its methods still count.
    [InlineData(MergedSlashes.NotFound, "GET", "/api//v2/spp/a", "404")]
    [InlineData(MergedSlashes.NotFound, "DELETE", "/api//v2/spp/a", "405 GET HEAD OPTIONS POST")]
    [InlineData(MergedSlashes.NotFound, "GET", "/slash///x", "404")]
    [InlineData(MergedSlashes.NotFound, "GET", "/slash//x", "200")]
    public void A_path_with_more_slashes_is_answered_as_the_fleets_Werkzeug_does(
        MergedSlashes merged, string method, string path, string expected)
    {
        var match = Table.Match(path, method, merged);

        Assert.Equal(
            expected,
            match.Outcome switch
            {
                RouteOutcome.Found => "200",
                RouteOutcome.Redirect => $"308 {match.GetRedirectPath()}",
                RouteOutcome.MethodNotAllowed => $"405 {string.Join(' ', match.GetAllowedMethods())}",
                _ => "404",
            });
    }

    [Fact]
    public void A_long_path_is_merged_too()
    {
        var target = "/api//v2/spp/" + new string('a', 5_000);

        Assert.Equal(target.Replace("//", "/", StringComparison.Ordinal), Table.Match(target, "GET").GetRedirectPath());
    }
}
