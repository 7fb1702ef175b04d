using System.Net;
using EndpointSync.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Tests.Worker;

public sealed class DispatchTests
{
    [Fact]
    public async Task Each_app_answers_its_own_routes()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one"), Routes.Of(2, "b", "/two/<path:rest>")],
            apps =>
            {
                apps.Map("a", (HttpContext http) => http.Response.WriteAsync("a"));
                apps.Map("b", (HttpContext http) => http.Response.WriteAsync($"b {http.GetRouteValue("rest")}"));
            });

        Assert.Equal("a", await worker.TextAsync("/one"));
        Assert.Equal("b x/y", await worker.TextAsync("/two/x/y"));
    }

    [Theory]
    [InlineData("/items/7", "7")]
    [InlineData("/items/007", "7")]
    [InlineData("/items/%D9%A7", "7")]
    [InlineData("/items/123456789012345678", "123456789012345678")]
    public async Task A_whole_number_is_bound_whatever_its_digits(string path, string value)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/items/<int:id>")], apps => apps.Map("a", (long id) => id));

        Assert.Equal(value, await worker.TextAsync(path));
    }

    [Theory]
    [InlineData("/t/<string:v>", "/t/a%20b", "a b")]
    [InlineData("/t/<path:v>", "/t/a%2Fb", "a/b")]
    [InlineData("/t/<path:v>", "/t/a%252Fb", "a%2Fb")]
    [InlineData("/t/<path:v>", "/t/x/../y", "x/../y")]
    [InlineData("/t/<float:v>", "/t/1.50", "1.5")]
    [InlineData("/t/<uuid:v>", "/t/0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("/t/<models(\"x\"):v>", "/t/01,2", "1,2")]
    [InlineData("/t/<int:v>", "/t/123456789012345678901234567890", "123456789012345678901234567890")]
    public async Task Values_are_text_in_the_invariant_form(string rule, string path, string value)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", rule)], apps => apps.Map(
                "a", (HttpContext http) => http.Response.WriteAsync($"{http.GetRouteValue("v")}")),
            settings: WorkerApp.AnyPath);

        Assert.Equal(value, await worker.TextAsync(path));
    }

    [Fact]
    public async Task A_parameter_that_the_rule_lacks_is_bound_from_the_query()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/items/<int:id>")], apps => apps.Map("a", (int id, int page) => $"{id} {page}"));

        Assert.Equal("7 3", await worker.TextAsync("/items/7?page=3"));
    }

    [Fact]
    public async Task The_applications_own_endpoints_win_and_its_fallback_comes_last()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/<path:all>")],
            apps => apps.Map("a", (HttpContext http) => http.Response.WriteAsync("synced")),
            use: app =>
            {
                app.MapGet("/own/{id:int}", (int id) => $"own {id}");
                app.MapFallback("{**all}", () => "fallback");
            });

        Assert.Equal("own 7", await worker.TextAsync("/own/7"));
        Assert.Equal("synced", await worker.TextAsync("/own/x"));
        Assert.Equal("synced", await worker.TextAsync("/other.js"));
        worker.Silo.Publish(2, Routes.Of(1, "a", "/only"));
        await worker.Silo.ServesAsync(2);
        Assert.Equal("fallback", await worker.TextAsync("/own/x"));
    }

    [Fact]
    public async Task A_route_without_a_handler_is_answered_501_and_named_in_the_report()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [
                Routes.Of(1, "a", "/one"), Routes.Of(2, "x", "/two"), Routes.Of(3, "x", "/three"),
                Routes.Of(4, null, "/four")],
            apps => apps.Map("a", () => "a"));

        var answer = await worker.GetAsync("/two");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains("no handler for app 'x'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("1", answer.Version());
        Assert.Equal(HttpStatusCode.NotImplemented, (await worker.GetAsync("/four")).StatusCode);
        Assert.Equal("a", await worker.TextAsync("/one"));
        Assert.Equal(
            "no handler for app 'x' of route key 'fastapi.endpoint:2:', 2 routes",
            (await worker.Silo.ServesAsync(1)).Problem);
    }

    [Fact]
    public async Task A_problem_ends_with_the_route_that_caused_it()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one"), Routes.Of(2, "x", "/two")], apps => apps.Map("a", () => "a"));
        Assert.NotNull((await worker.Silo.ServesAsync(1)).Problem);

        worker.Silo.Publish(2, Routes.Of(1, "a", "/one"));

        Assert.Null((await worker.Silo.ServesAsync(2)).Problem);
    }

    [Fact]
    public async Task A_fallback_answers_unknown_apps_and_routes_of_other_consumers()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "x", "/one"), Routes.Of(2, null, "/two")],
            apps => apps.MapFallback(
                (HttpContext http) => http.Response.WriteAsync(http.GetSyncedRoute()!.App ?? "none")));

        Assert.Equal("x", await worker.TextAsync("/one"));
        Assert.Equal("none", await worker.TextAsync("/two"));
        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
    }

    [Fact]
    public async Task Methods_are_answered_as_Odoo_answers_them()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one", "GET"), Routes.Of(2, "a", "/one", "POST")], apps => apps.Map(
                "a", (HttpContext http) => http.Response.WriteAsync(http.Request.Method)));

        var refused = await worker.SendAsync(HttpMethod.Delete, "/one");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal("GET, HEAD, OPTIONS, POST", string.Join(", ", refused.Content.Headers.Allow));
        Assert.Equal("1", refused.Version());
        Assert.Equal("POST", await (await worker.SendAsync(HttpMethod.Post, "/one")).Content.ReadAsStringAsync());
        Assert.Equal("OPTIONS", await (await worker.SendAsync(HttpMethod.Options, "/one")).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await worker.SendAsync(HttpMethod.Head, "/one")).StatusCode);
    }

    [Fact]
    public async Task A_path_base_is_not_part_of_a_rule()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/items/<path:rest>")],
            apps => apps.Map("a", (HttpContext http) => http.Response.WriteAsync($"{http.GetRouteValue("rest")}")),
            use: app => app.UsePathBase("/base").UseRouting(), settings: WorkerApp.AnyPath);

        Assert.Equal("a/b", await worker.TextAsync("/BASE/items/a%2Fb"));
        Assert.Equal("a", await worker.TextAsync("/items/a"));
    }

    [Fact]
    public async Task A_handler_knows_its_route_and_version()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/items/<int:id>")], apps => apps.Map(
                "a", (HttpContext http) => http.Response.WriteAsync(http.GetSyncedRoute()!.ToString())));

        Assert.Equal(
            "SyncedRoute { Version = 1, Key = fastapi.endpoint:1:, Rule = /items/<int:id>, App = a }",
            await worker.TextAsync("/items/7"));
    }

    [Fact]
    public async Task Versions_share_the_endpoints_of_routes_that_stay()
    {
        HashSet<Endpoint> endpoints = [];
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", (HttpContext http) =>
        {
            endpoints.Add(http.GetEndpoint()!);
            return Task.CompletedTask;
        }));
        await worker.GetAsync("/one");
        worker.Silo.Publish(2, Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/two"));
        await worker.Silo.ServesAsync(2);
        await worker.GetAsync("/one");

        Assert.Equal("/one", Assert.IsType<RouteEndpoint>(Assert.Single(endpoints)).RoutePattern.RawText);
    }
}
