using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class ExpectedRouteTests
{
    private static readonly RouteRow Expected = ExpectedRoute.For(1, "/api/v2/spp", saveHttpSession: false);

    [Fact]
    public void The_row_is_byte_for_byte_what_Odoo_writes()
    {
        Assert.Equal("fastapi.endpoint:1:/|/<path:application_path>", Expected.Key);
        Assert.Equal("/api/v2/spp/|/api/v2/spp/<path:application_path>", Expected.Route);
        Assert.Equal(
            "{\"handler\": {\"klass_dotted_path\": "
            + "\"odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController\", "
            + "\"method_name\": \"auto_not_found\"}}",
            Expected.Opts);
        Assert.Equal(
            "{\"type\": \"fastapi\", \"auth\": \"public\", \"methods\": [\"GET\", \"POST\", \"PUT\", \"PATCH\", "
            + "\"DELETE\", \"OPTIONS\", \"HEAD\"], "
            + "\"routes\": [\"/api/v2/spp/\", \"/api/v2/spp/<path:application_path>\"], "
            + "\"save_session\": false, \"readonly\": false}",
            Expected.Routing);
    }

    [Fact]
    public void The_session_flag_is_passed_on() =>
        Assert.Contains("\"save_session\": true,", ExpectedRoute.For(1, "/a", saveHttpSession: true).Routing);

    [Fact]
    public void A_path_beyond_ascii_is_escaped_in_the_json_and_plain_in_the_route()
    {
        var row = ExpectedRoute.For(1, "/café", saveHttpSession: false);

        Assert.Equal("/café/|/café/<path:application_path>", row.Route);
        Assert.Contains("[\"/caf\\u00e9/\", \"/caf\\u00e9/<path:application_path>\"]", row.Routing);
    }

    [Fact]
    public void The_key_depends_on_the_id_alone() =>
        Assert.Equal(Expected.Key, ExpectedRoute.For(1, "/other", saveHttpSession: true).Key);

    [Fact]
    public void Json_in_another_order_and_spacing_matches() => Matches(
        """{"readonly":false,"save_session":false,"routes":["/api/v2/spp/","/api/v2/spp/<path:application_path>"]"""
        + ""","methods":["GET","POST","PUT","PATCH","DELETE","OPTIONS","HEAD"],"auth":"public","type":"fastapi"}""");

    [Fact]
    public void Json_with_other_escapes_matches() =>
        Matches(Expected.Routing!.Replace("<", "\\u003C", StringComparison.Ordinal));

    // Odoo 18 answers such a row with a 500; Odoo 17 would write every other one again.
    [Fact]
    public void A_row_without_readonly_matches_only_where_Odoo_does_not_know_the_field()
    {
        var older = Expected with
        {
            Routing = Expected.Routing!.Replace(", \"readonly\": false", "", StringComparison.Ordinal),
        };

        Assert.False(ExpectedRoute.Matches(Expected, older));
        Assert.True(ExpectedRoute.Matches(Expected, older, needsReadonly: false));
        Assert.True(ExpectedRoute.Matches(Expected, Expected, needsReadonly: false));
    }

    [Theory]
    [InlineData("\"readonly\": false", "\"readonly\": true")]
    [InlineData("\"readonly\": false", "\"readonly\": null")]
    [InlineData("\"readonly\": false", "\"readonly\": \"false\"")]
    [InlineData("\"readonly\": false", "\"readonly\": false, \"csrf\": false")]
    [InlineData("\"GET\", \"POST\"", "\"POST\", \"GET\"")]
    [InlineData("\"public\"", "\"user\"")]
    [InlineData("\"save_session\": false", "\"save_session\": 0")]
    [InlineData("\"save_session\": false", "\"save_session\": true, \"save_session\": false")]
    [InlineData("\"public\"", "\"\\ud800\"")]
    [InlineData("{", "")]
    public void Json_with_another_value_differs(string part, string instead) =>
        Assert.False(
            ExpectedRoute.Matches(
                Expected,
                Expected with { Routing = Expected.Routing!.Replace(part, instead, StringComparison.Ordinal) }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    public void Anything_but_the_expected_object_differs(string? json)
    {
        Assert.False(ExpectedRoute.Matches(Expected, Expected with { Routing = json }));
        Assert.False(ExpectedRoute.Matches(Expected, Expected with { Opts = json }));
    }

    [Fact]
    public void Json_that_is_nested_too_deeply_differs() =>
        Assert.False(
            ExpectedRoute.Matches(
                Expected, Expected with { Opts = new string('[', 10_000) + new string(']', 10_000) }));

    [Fact]
    public void Another_key_or_route_differs()
    {
        Assert.False(ExpectedRoute.Matches(Expected, Expected with { Key = "fastapi.endpoint:1:/" }));
        Assert.False(ExpectedRoute.Matches(Expected, Expected with { Route = "/api/v2/spp" }));
        Assert.False(ExpectedRoute.Matches(Expected, Expected with { Route = null }));
    }

    private static void Matches(string routing) =>
        Assert.True(ExpectedRoute.Matches(Expected, Expected with { Routing = routing }));
}
