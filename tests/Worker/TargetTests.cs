using EndpointSync.Worker.Dispatch;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Tests.Worker;

/// <summary>The path by which a request is matched.</summary>
public sealed class TargetTests(ITestOutputHelper output)
{
    private const int Many = 3000;
    private const string Ask = "X-Ask";

    [Theory]
    [InlineData("/t/a%2Fb%2541", "a/b%41")]
    [InlineData("/t/a%3Fb%2Fc", "a?b/c")]
    [InlineData("/t/a%2541%FF", "a%41\uFFFD")]
    [InlineData("/t/a%252e%2Fb", "a%2e/b")]
    [InlineData("/t/%C3%25A4", "\uFFFD%A4")]
    public async Task A_target_is_decoded_once(string path, string value)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/t/<path:v>")], apps => apps.Map(
                "a", (HttpContext http) => http.Response.WriteAsync($"{http.GetRouteValue("v")}")),
            settings: WorkerApp.AnyPath);

        Assert.Equal(value, await worker.TextAsync(path));
    }

    // Root paths that Odoo routes, as clients have to encode them.
    [Theory]
    [InlineData("/a b", "/a%20b/x")]
    [InlineData("/h#h", "/h%23h/x")]
    [InlineData("/q?q", "/q%3Fq/x")]
    [InlineData("/pipe|x", "/pipe%7Cx/x")]
    [InlineData("/gt>", "/gt%3E/x")]
    [InlineData("/back\\slash", "/back%5Cslash/x")]
    [InlineData("/tab\tx", "/tab%09x/x")]
    [InlineData("/nbsp\u00a0", "/nbsp%C2%A0/x")]
    [InlineData("/slash/", "/slash//x")]
    [InlineData("/%2F", "/%252F/x")]
    public async Task Static_parts_of_any_text_are_served_at_their_encoded_path(string rootPath, string target)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", $"{rootPath}/<path:v>")],
            apps => apps.Map("a", (HttpContext http) => http.Response.WriteAsync($"{http.GetRouteValue("v")}")));

        Assert.Equal("x", await worker.TextAsync(target));
    }

    [Theory]
    [InlineData("3.0", "GET", "/t//a%20b%2F%2Fc?q=1//2", 308, "/t/a%20b/c?q=1//2")]
    [InlineData("2.2", "GET", "///t//%5C..%5C%C3%A4", 308, "/t/%5C..%5C%C3%A4")]
    [InlineData("3.0", "DELETE", "/t//a", 405, null)]
    [InlineData("3.1", "GET", "/t//a", 404, null)]
    [InlineData("3.1", "DELETE", "/t//a", 405, null)]
    public async Task Repeated_slashes_are_answered_as_the_fleets_Werkzeug_does(
        string werkzeug, string method, string target, int status, string? location)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/t/<path:v>", "GET")],
            apps => apps.Map("a", (HttpContext http) => http.Response.WriteAsync($"{http.GetRouteValue("v")}")),
            settings: new() { ["EndpointSync:Worker:Werkzeug"] = werkzeug });
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"{worker.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{target}"));
        using var answer = await worker.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((status, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Every_target_that_was_not_rewritten_is_decoded_once()
    {
        await using var worker = await AnsweringAsync(_ => { });

        foreach (var target in new RandomTargets(output, withDots: true).Take(Many))
        {
            Assert.Equal(
                (target, RequestPath.Decode(target, new char[target.Length]).ToString()),
                (target, await AskAsync(worker, target)));
        }
    }

    [Theory]
    [InlineData("/base")]
    [InlineData("/b%61se")]
    [InlineData("/BASE")]
    public async Task Below_a_path_base_every_target_is_decoded_once(string pathBase)
    {
        await using var worker = await AnsweringAsync(app => app.UsePathBase("/base"));

        foreach (var target in new RandomTargets(output, withDots: false).Take(Many / 3, "/"))
        {
            Assert.Equal(
                (target, RequestPath.Decode(target, new char[target.Length]).ToString()),
                (target, await AskAsync(worker, pathBase + target)));
        }
    }

    [Fact]
    public async Task A_path_base_after_a_dot_segment_keeps_the_servers_path()
    {
        await using var worker = await AnsweringAsync(app => app.UsePathBase("/base"));

        Assert.Equal("/a/b%41", await AskAsync(worker, "/x/../base/a%2Fb%2541"));
        Assert.Equal("/../base/a", await AskAsync(worker, "/base/../base/a"));
    }

    [Fact]
    public async Task The_path_of_a_target_with_a_host_begins_after_the_host()
    {
        await using var worker = await AnsweringAsync(_ => { });
        // A client that uses the worker as a proxy sends the absolute form.
        using var http = new HttpClient(
            new SocketsHttpHandler { Proxy = new System.Net.WebProxy(worker.Http.BaseAddress) });
        http.DefaultRequestHeaders.Add(Ask, "");

        foreach (var path in new[] { "/", "/a%2Fb%2541", "/%3Fa" })
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(
                    "http://host.example" + path,
                    new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(
                RequestPath.Decode(path, new char[path.Length]).ToString(),
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task No_target_bypasses_a_middleware_that_rewrites_its_path()
    {
        await using var worker = await AnsweringAsync(app => app.Use((http, next) =>
        {
            http.Request.Path = http.Request.Path.StartsWithSegments("/t", StringComparison.Ordinal)
                ? "/blocked"
                : http.Request.Path;
            return next(http);
        }));

        Assert.Equal("/blocked", await AskAsync(worker, "/t/.x"));
        Assert.Equal("/blocked", await AskAsync(worker, "/x/../t/y"));
        foreach (var target in new RandomTargets(output, withDots: false).Take(Many, "/t/"))
        {
            Assert.Equal((target, "/blocked"), (target, await AskAsync(worker, target)));
        }
    }

    [Theory]
    [InlineData("/cut/a%2Fb", "/a/b")]
    [InlineData("/cut/a%2541", "/a%41")]
    [InlineData("/cut/a%3Fb", "/a?b")]
    public async Task Only_the_slashes_of_a_rewritten_path_are_decoded(string target, string matched)
    {
        await using var worker = await AnsweringAsync(app => app.Use((http, next) =>
        {
            http.Request.Path = http.Request.Path.StartsWithSegments("/cut", StringComparison.Ordinal, out var rest)
                ? rest
                : http.Request.Path;
            return next(http);
        }));

        Assert.Equal(matched, await AskAsync(worker, target));
    }

    private static Task<WorkerApp> AnsweringAsync(Action<WebApplication> use) =>
        WorkerApp.StartAsync(apps => apps.Map("a", () => "a"), use: app =>
    {
        use(app);
        app.Use((http, next) => http.Request.Headers.ContainsKey(Ask)
            ? http.Response.WriteAsync(Matched(http.Request))
            : next(http));
        app.UseRouting();
    });

    private static string Matched(HttpRequest request) =>
        RequestTarget.Decode(request, new char[RequestTarget.MostCharacters(request)]).ToString();

    private static async Task<string> AskAsync(WorkerApp worker, string target)
    {
        using var answer = await worker.GetAsync(target, (Ask, ""));
        return await answer.Content.ReadAsStringAsync();
    }
}
