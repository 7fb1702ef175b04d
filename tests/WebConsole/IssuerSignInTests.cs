using System.Net;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.WebConsole;

/// <summary>
/// Sign-ins by an issuer of tokens, whose page is on another site: a real silo, browser and signatures.
/// </summary>
public sealed class IssuerSignInTests(ConsoleSilo console) : IClassFixture<ConsoleSilo>, IAsyncLifetime
{
    private const string IssuerCallback = "/sign-in/issuer/callback";

    private LocalIssuer _issuer = null!;
    private ProtectedSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await LocalIssuer.StartAsync();
        _silo = await StartAsync("first");
        await console.Database.ExecuteAsync("delete from orleans.console_sessions where caller is not null");
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_person_signs_in_at_the_issuer_and_comes_back_to_the_page_that_was_asked_for()
    {
        _issuer.SignIn.RolesInToken = ["viewer/openspp"];
        await using var browser = await console.OpenAsync();
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{_silo.Address}registries/openspp/history");
        await page.ClickAsync($"text=Sign in with 127.0.0.1:{new Uri(_issuer.Url).Port}");
        Assert.Equal("localhost", new Uri(page.Url).Host);
        await page.ClickAsync("text=I am alice");
        await page.WaitForURLAsync("**/registries/openspp/history");

        Assert.Equal("token:alice", await page.TextContentAsync(".who .quiet"));
        Assert.Equal(403, (await page.GotoAsync($"{_silo.Address}audit"))!.Status);
        await console.Database.UntilAsync(
            "select exists (select from orleans.audit where (operation, principal, role, outcome, status) = "
            + "('signIn', 'token:alice', 'viewer/openspp', 'Done', 200))",
            "the audit of the sign-in");
        Assert.True(await console.Database.ScalarAsync<bool>(
            "select expires_at between now() + interval '59 min' and now() + interval '60 min' "
            + "from orleans.console_sessions where caller = 'token:alice'"));
        await page.GotoAsync($"{_silo.Address}");
        await page.ClickAsync("text=Sign out");
        await page.GotoAsync($"{_silo.Address}registries/openspp/history");
        Assert.Contains("/sign-in?return=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_that_began_at_one_silo_ends_at_another_with_the_roles_of_the_user_information()
    {
        _issuer.SignIn.RolesInUserInfo = ["operator"];
        await using var other = await StartAsync("second");
        using var first = new ConsoleClient(_silo.Address);
        var back = await ApproveAsync(first);
        // A balancer in front of both would have the browser send the same cookies.
        using var second = new ConsoleClient(other.Address);
        foreach (Cookie cookie in first.Cookies.GetAllCookies())
        {
            second.Cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, other.Address.Host));
        }

        using var answer = await second.GetAsync(back);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0; url=/keys", answer.Headers.GetValues("Refresh").Single());
        using var page = await second.GetAsync("/registries/openspp/endpoints/new");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task What_the_browser_brings_back_is_good_once_and_for_that_browser_alone()
    {
        _issuer.SignIn.RolesInToken = ["admin"];
        using var client = new ConsoleClient(_silo.Address);
        using var stranger = new ConsoleClient(_silo.Address);
        var back = await ApproveAsync(client);

        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(stranger, back));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(client, back + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(client, IssuerCallback));
        Assert.Contains(
            "A sign-in to the console by the issuer of tokens failed: ", _silo.Output, StringComparison.Ordinal);
        Assert.Equal(0L, await SessionsAsync());
    }

    [Theory]
    [InlineData("aud", "another client")]
    [InlineData("iss", "https://issuer.example")]
    [InlineData("nonce", "of another sign-in")]
    public async Task An_identity_that_is_not_for_this_sign_in_opens_nothing(string claim, string value)
    {
        _issuer.SignIn.RolesInToken = ["admin"];
        _issuer.SignIn.Change = claims => claims[claim] = value;
        using var client = new ConsoleClient(_silo.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(client, await ApproveAsync(client)));
        Assert.Equal(0L, await SessionsAsync());
    }

    [Theory]
    [InlineData]
    [InlineData("worker")]
    [InlineData("owner")]
    public async Task Whom_the_issuer_gives_no_role_that_may_look_is_told_so(params string[] roles)
    {
        _issuer.SignIn.RolesInToken = roles;
        using var client = new ConsoleClient(_silo.Address);
        using var answer = await client.GetAsync(await ApproveAsync(client));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(
            "knows you as token:alice, and gives you no role here",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0L, await SessionsAsync());
    }

    [Fact]
    public async Task Whoever_cancels_or_finds_the_issuer_away_gets_the_form_again_with_the_reason()
    {
        using var client = new ConsoleClient(_silo.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(client, await ApproveAsync(client, name: "")));
        _issuer.IsAway = true;
        await using var other = await StartAsync("second");
        using var late = new ConsoleClient(other.Address);
        using var answer = await late.GetAsync("/sign-in/issuer?return=%2F");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(
            "does not answer. Try again, or sign in with a key.",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, await late.SignInAsync(ProtectedSilo.AdminKey));
    }

    [Fact]
    public async Task A_silo_that_signs_nobody_in_by_an_issuer_takes_no_session_of_one()
    {
        _issuer.SignIn.RolesInToken = ["admin"];
        using var client = new ConsoleClient(_silo.Address);
        using (var answer = await client.GetAsync(await ApproveAsync(client)))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var elsewhere = console.Client();
        foreach (Cookie cookie in client.Cookies.GetAllCookies())
        {
            elsewhere.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", console.Address.Host));
        }

        using var page = await elsewhere.GetAsync("/");
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
    }

    private async Task<ProtectedSilo> StartAsync(string name)
    {
        var silo = await ProtectedSilo.StartAsync(
            console.Database,
            new Dictionary<string, string>
            {
                ["EndpointSync:Http:Jwt:Authority"] = _issuer.Url,
                ["EndpointSync:Http:Jwt:Audience"] = LocalIssuer.Audience,
                ["EndpointSync:Http:Jwt:ClientId"] = LocalSignIn.ClientId,
                ["EndpointSync:Http:Jwt:ClientSecret"] = LocalSignIn.ClientSecret,
            },
            name);
        _issuer.SignIn.Callbacks.Add($"{silo.Address}{IssuerCallback[1..]}");
        return silo;
    }

    /// <summary>Goes to the issuer and says who one is there.</summary>
    /// <returns>Where the issuer sends the browser.</returns>
    private static async Task<string> ApproveAsync(ConsoleClient client, string name = "alice")
    {
        using var toIssuer = await client.GetAsync("/sign-in/issuer?return=%2Fkeys");
        Assert.Equal(HttpStatusCode.Found, toIssuer.StatusCode);
        using var issuer = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var decision = new FormUrlEncodedContent([KeyValuePair.Create("as", name)]);
        using var answer = await issuer.PostAsync(
            toIssuer.Headers.Location, decision, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return answer.Headers.Location!.PathAndQuery;
    }

    private static async Task<HttpStatusCode> RefusedAsync(ConsoleClient client, string back)
    {
        using var answer = await client.GetAsync(back);
        Assert.DoesNotContain(
            answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [],
            cookie => cookie.StartsWith("endpointsync-session=", StringComparison.Ordinal));
        return answer.StatusCode;
    }

    private Task<long> SessionsAsync() => console.Database.ScalarAsync<long>(
        "select count(*) from orleans.console_sessions where caller is not null");
}
