using System.Net;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.WebConsole;

/// <summary>How a key becomes a session, and how sessions end. Real silos and their HTTP.</summary>
public sealed class SignInTests(ConsoleSilo console) : IClassFixture<ConsoleSilo>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cookies_are_hidden_from_scripts_and_other_sites_and_hold_no_key()
    {
        var key = (await console.Silo.CreateKeyAsync(AccessRole.Viewer)).Secret;
        using var client = console.Client();
        using var answer = await client.PostAsync("/sign-in", await client.TokenAsync(), ("key", key), ("return", "/"));

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^endpointsync-session=[0-9A-F]{64}; path=/; samesite=strict; httponly$", cookie);
        Assert.Equal("/", $"{answer.Headers.Location}");
        Assert.DoesNotContain(key[^52..], cookie, StringComparison.OrdinalIgnoreCase);
        var stored = await console.Database.ScalarAsync<string>(
            "select string_agg(session::text, ' ') from orleans.console_sessions as session");
        Assert.DoesNotContain(cookie.Split('=', ';')[1], stored, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/registries/openspp?a=b", "/registries/openspp?a=b")]
    public async Task A_sign_in_leads_back_to_a_page_of_the_console_only(string wanted, string expected)
    {
        using var client = console.Client();
        using var answer = await client.PostAsync(
            "/sign-in", await client.TokenAsync(), ("key", ProtectedSilo.AdminKey), ("return", wanted));

        Assert.Equal(expected, $"{answer.Headers.Location}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("epsync_000000000000_0000000000000000000000000000000000000000000000000000")]
    public async Task A_wrong_key_opens_nothing(string key)
    {
        using var client = console.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, await client.SignInAsync(key));
        using var page = await client.GetAsync("/");

        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
        Assert.Equal("/sign-in?return=%2F", $"{page.Headers.Location}");
    }

    [Fact]
    public async Task A_session_is_known_to_every_silo_and_ends_on_every_one_with_its_key_and_with_the_sign_out()
    {
        await using var other = await ProtectedSilo.StartAsync(console.Database, name: "other");
        var (id, key) = await console.Silo.CreateKeyAsync(AccessRole.Viewer);
        using var first = console.Client();
        using var second = new ConsoleClient(other.Address);
        Assert.Equal(HttpStatusCode.SeeOther, await first.SignInAsync(key));
        Share(first, second, other);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second));

        Assert.Equal(HttpStatusCode.OK, await console.Silo.StatusAsync(ProtectedSilo.AdminKey, "DELETE", $"keys/{id}"));
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(first));
        await EndsAsync(second);

        var another = (await console.Silo.CreateKeyAsync(AccessRole.Viewer)).Secret;
        Assert.Equal(HttpStatusCode.SeeOther, await first.SignInAsync(another));
        Share(first, second, other);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second));
        using var left = await first.PostAsync("/sign-out", await first.TokenAsync("/"));
        Assert.Equal("/sign-in", $"{left.Headers.Location}");
        await EndsAsync(second);
    }

    [Fact]
    public async Task A_session_that_nobody_opened_is_none()
    {
        using var client = console.Client();
        client.Cookies.Add(console.Address, new Cookie("endpointsync-session", new string('A', 64)));
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(client));
    }

    [Fact]
    public async Task A_session_ends_at_its_time()
    {
        using var client = await console.ClientAsync(AccessRole.Viewer);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        await console.Database.ExecuteAsync("update orleans.console_sessions set expires_at = clock_timestamp()");
        await EndsAsync(client);
    }

    [Theory]
    [InlineData("/audit", HttpStatusCode.Forbidden, "role admin in all registries")]
    [InlineData("/registries/nowhere", HttpStatusCode.NotFound, "&#x27;nowhere&#x27; is not configured")]
    [InlineData("/no/such/page", HttpStatusCode.NotFound, "mistyped")]
    [InlineData("/registries/openspp/history/77", HttpStatusCode.NotFound, "version 77")]
    public async Task What_cannot_be_shown_is_a_page_that_says_why_to_a_browser_and_a_problem_to_a_program(
        string path, HttpStatusCode status, string reason)
    {
        using var viewer = await console.ClientAsync(AccessRole.Viewer);
        using var answer = await viewer.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        var (apiStatus, problem) = await console.Silo.AskAsync(ProtectedSilo.AdminKey, "GET", "registries/nowhere");

        Assert.Equal((status, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.StartsWith(
            "default-src 'none'; script-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.NotFound, "No such registry"), (apiStatus, problem.GetProperty("title").GetString()));
    }

    // A silo reads the sessions again every two seconds.
    private static Task EndsAsync(ConsoleClient client) => Deadline.UntilAsync(
        async () => await StatusAsync(client) == HttpStatusCode.Found, "a session that has ended");

    private static async Task<HttpStatusCode> StatusAsync(ConsoleClient client)
    {
        using var page = await client.GetAsync("/");
        return page.StatusCode;
    }

    // A balancer in front of both would have the browser send the same cookies.
    private void Share(ConsoleClient from, ConsoleClient to, ProtectedSilo other)
    {
        foreach (Cookie cookie in from.Cookies.GetCookies(console.Address))
        {
            to.Cookies.Add(other.Address, new Cookie(cookie.Name, cookie.Value));
        }
    }
}
