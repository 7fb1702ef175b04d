using EndpointSync.Worker.Yarp;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Tests.Worker;

public sealed class ForwarderTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("/api/items/1?a=b%20c")]
    [InlineData("/api/a%2Fb")]
    [InlineData("/api/a%252Fb/%C3%A4")]
    public async Task A_request_reaches_the_other_server_with_the_target_that_was_matched(string target)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()),
            settings: WorkerApp.AnyPath);

        var answer = await worker.SendAsync(HttpMethod.Post, target, ("X-Forwarded-For", "6.6.6.6"));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"POST {target} from 127.0.0.1", await answer.Content.ReadAsStringAsync());
        Assert.Equal("1", answer.Version());
    }

    [Theory]
    [InlineData("/api/../admin")]
    [InlineData("/api/%2E%2e/admin")]
    [InlineData("/api/..%2Fadmin")]
    [InlineData("/api/..%5Cadmin")]
    [InlineData("/api/..;/admin")]
    [InlineData("/api/..;a=b/admin")]
    [InlineData("/api/%2E.%3B/admin")]
    public async Task A_path_that_the_other_server_could_read_as_another_one_is_refused(string target)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()),
            settings: WorkerApp.AnyPath);

        Assert.Equal(HttpStatusCode.BadRequest, (await worker.GetAsync(target)).StatusCode);
    }

    [Theory]
    [InlineData("/public%3F%2Fadmin")]
    [InlineData("/public%3Fx%2F..%5Cadmin")]
    [InlineData("/t%2Fb%2541")]
    public async Task A_path_that_the_other_server_would_decode_differently_matches_no_route(string target)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync(
            [
                Routes.Of(1, "a", "/public"),
                Routes.Of(2, "a", "/t/bA")], apps => apps.MapForwarder("a", other.Urls.First()));

        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync(target)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/base")]
    public async Task Every_target_is_forwarded_unchanged(string pathBase)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/"), Routes.Of(2, "a", "/<path:rest>")],
            apps => apps.MapForwarder("a", other.Urls.First()),
            use: app => app.UsePathBase("/base").UseRouting(),
            settings: new(WorkerApp.AnyPath) { ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:00" });
        var sent = 0;

        foreach (var target in new RandomTargets(output, withDots: true).Take(1500))
        {
            using var answer = await worker.GetAsync(pathBase + target);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                sent++;
                Assert.Equal($"GET {target} from 127.0.0.1", await answer.Content.ReadAsStringAsync());
            }
            else
            {
                Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
            }
        }

        Assert.InRange(sent, 500, 1500);
    }

    [Theory]
    [InlineData("/api/a%2Fb", "/api/a/b")]
    [InlineData("/api/a%2541", "/api/a%2541")]
    [InlineData("/api/a%3Fb?c=%2F", "/api/a%3Fb?c=%2F")]
    public async Task A_rewritten_path_is_forwarded_as_it_was_matched(string target, string sent)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()),
            use: app =>
            {
                app.Use((http, next) =>
                {
                    http.Request.Path = http.Request.Path.StartsWithSegments(
                        "/old", StringComparison.Ordinal, out var rest)
                        ? new PathString("/api").Add(rest)
                        : http.Request.Path;
                    return next(http);
                });
                app.UseRouting();
            },
            settings: WorkerApp.AnyPath);

        Assert.Equal(
            $"GET {sent} from 127.0.0.1",
            await worker.TextAsync(target.Replace("/api", "/old", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Forwarding_headers_of_a_client_are_not_passed_on()
    {
        Dictionary<string, string> received = [];
        await using var other = await OtherServerAsync(
            http => received = http.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString()));
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api")], apps => apps.MapForwarder("a", other.Urls.First()));

        await worker.GetAsync(
            "/api", ("Forwarded", "for=6.6.6.6;host=evil"), ("X-Forwarded-Port", "666"), ("x-forwarded-ssl", "on"),
            ("X-Forwarded-Host", "evil"), ("X_Forwarded_For", "6.6.6.6"), ("x_forwarded-Proto", "https"),
            ("X-Other", "kept"));

        Assert.Equal(
            ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
            received.Keys.Where(
                name => name.Contains("Forwarded", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("6.6.6.6", received["X-Forwarded-For"], StringComparison.Ordinal);
        Assert.Equal(worker.Http.BaseAddress!.Authority, received["X-Forwarded-Host"]);
        Assert.Equal("kept", received["X-Other"]);
    }

    [Theory]
    [InlineData("/api/a\u0001b")]
    [InlineData("/api/a\rb")]
    [InlineData("/api/a\u007fb")]
    [InlineData("/api/a?q=\u0001")]
    [InlineData("/api/a?q=\r")]
    [InlineData("/api/a?q=\u00e4")]
    [InlineData("/api/a?q=x y")]
    public async Task A_target_with_raw_bytes_reaches_no_other_server(string target)
    {
        var reached = false;
        await using var other = await OtherServerAsync(_ => reached = true);
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()),
            settings: WorkerApp.AnyPath);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", worker.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();

        await stream.WriteAsync(
            Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Within("the answer");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.False(reached);
    }

    [Fact]
    public async Task A_server_that_is_down_is_answered_502()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api")], apps => apps.MapForwarder("a", "http://127.0.0.1:1"));

        var answer = await worker.GetAsync("/api");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("1", answer.Version());
    }

    [Fact]
    public async Task An_invalid_address_is_refused_when_it_is_mapped() =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => WorkerApp.StartAsync(apps => apps.MapForwarder("a", "localhost:80")));

    // The other server sends a version, as another worker would; the version of this worker counts.
    private static async Task<WebApplication> OtherServerAsync(Action<HttpContext>? inspect = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var other = builder.Build();
        other.Run(http =>
        {
            inspect?.Invoke(http);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers["X-Route-Version"] = "99";
            return http.Response.WriteAsync(
                $"{http.Request.Method} {http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} "
                + $"from {http.Request.Headers["X-Forwarded-For"]}");
        });
        await other.StartAsync();
        return other;
    }
}
