using System.Net;
using System.Text;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

public sealed class TrustedProxyTests
{
    private static readonly (string Name, string Value)[] FromPublicSite =
    [
        ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "sync.example"), ("Origin", "https://sync.example"),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_the_site_that_a_trusted_proxy_serves_may_change_things_and_other_pages_may_not()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await StartAsync(database, new()
        {
            ["EndpointSync:Http:TrustedProxies:0"] = "127.0.0.0/8",
            ["EndpointSync:Http:PathBase"] = "/sync",
            ["AllowedHosts"] = "sync.example;127.0.0.1",
        });

        Assert.Equal(HttpStatusCode.OK, await ReloadAsync(silo, "/sync", FromPublicSite));
        // A name that leads a browser to the proxy, and that nobody gave to this API.
        Assert.Equal(HttpStatusCode.Forbidden, await ReloadAsync(
            silo, "/sync",
            ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"), ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await ReloadAsync(
            silo, "/sync",
            ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "sync.example"), ("Origin", "http://sync.example")));
        Assert.Equal(HttpStatusCode.OK, await ReloadAsync(silo, ""));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("192.0.2.1")]
    public async Task Forwarded_headers_of_anybody_else_are_not_believed(string? proxy)
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string>
        {
            // The framework's own switch believes every caller.
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["AllowedHosts"] = "*",
        };
        if (proxy is not null)
        {
            settings["EndpointSync:Http:TrustedProxies:0"] = proxy;
        }

        await using var silo = await StartAsync(database, settings);

        Assert.Equal(HttpStatusCode.Forbidden, await ReloadAsync(silo, "", FromPublicSite));
    }

    [Fact]
    public async Task Each_answer_tells_browsers_and_caches_to_do_nothing_more_with_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await StartAsync(database, []);
        using var http = new HttpClient { BaseAddress = silo.Address };
        foreach (var (path, status) in new[]
        {
            ("api/v1/registries", HttpStatusCode.OK), ("api/v1/registries/nosuch", HttpStatusCode.NotFound),
            ("no/such/path", HttpStatusCode.NotFound), ("health/live", HttpStatusCode.OK),
        })
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancelled);

            Assert.Equal((path, status), (path, answer.StatusCode));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")),
                StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_before_it_is_read()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await StartAsync(database, []);
        using var http = new HttpClient { BaseAddress = silo.Address };

        using var body = new StringContent(
            $$"""{"name":"{{new string('x', 300 * 1024)}}"}""", Encoding.UTF8, "application/json");
        using var large = await http.PostAsync(
            new Uri("api/v1/registries/openspp/endpoints", UriKind.Relative), body, Cancelled);
        using var headed = new HttpRequestMessage(HttpMethod.Get, new Uri("health/live", UriKind.Relative));
        headed.Headers.Add("X-Long", new string('x', 28 * 1024));
        using var tooLong = await http.SendAsync(headed, Cancelled);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal("application/problem+json", large.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, tooLong.StatusCode);
    }

    private static Task<SiloProcess> StartAsync(TestDatabase database, Dictionary<string, string> settings)
    {
        var options = Fleet.Options(database);
        return SiloProcess.StartAsync(
            options with { Configuration = options.Configuration.Concat(settings).ToDictionary() }, Cancelled);
    }

    private static async Task<HttpStatusCode> ReloadAsync(
        SiloProcess silo, string pathBase, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"{pathBase}/api/v1/registries/openspp/reload", UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await http.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }
}
