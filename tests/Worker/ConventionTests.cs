using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using EndpointSync.Worker;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Worker;

public sealed class ConventionTests
{
    [Fact]
    public async Task Authorization_of_one_app_leaves_the_others_open()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "closed", "/closed"), Routes.Of(2, "open", "/open"), Routes.Of(3, "marked", "/marked")],
            apps =>
            {
                apps.Map(
                    "closed",
                    (HttpContext http) => http.Response.WriteAsync(http.User.Identity!.Name!)).RequireAuthorization();
                apps.Map("open", () => "open");
                apps.Map("marked", [Authorize] () => "marked");
            },
            builder => AddHeaderAuthentication(builder.Services),
            app => app.UseAuthentication().UseAuthorization());

        Assert.Equal(HttpStatusCode.Unauthorized, (await worker.GetAsync("/closed")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await worker.GetAsync("/marked")).StatusCode);
        Assert.Equal("open", await worker.TextAsync("/open"));
        Assert.Equal("ann", await (await worker.GetAsync("/closed", ("X-User", "ann"))).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Conventions_for_all_apps_do_not_keep_a_worker_from_probing_itself()
    {
        await using var worker = await WorkerApp.StartAsync(
            apps => apps.Map("a", () => "a"),
            builder =>
            {
                AddHeaderAuthentication(builder.Services);
                builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                    new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            },
            app => app.UseAuthentication().UseAuthorization());

        worker.Silo.Publish(1, Routes.Of(1, "a", "/one"));

        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
        Assert.Equal(HttpStatusCode.Unauthorized, (await worker.GetAsync("/one")).StatusCode);
    }

    [Fact]
    public async Task A_CORS_preflight_is_answered_by_the_apps_policy()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one", "POST")],
            apps => apps.Map("a", () => "a").RequireCors(
                policy => policy.WithOrigins("https://app.example").WithMethods("POST")),
            builder => builder.Services.AddCors(),
            app => app.UseCors());

        var answer = await worker.SendAsync(
            HttpMethod.Options, "/one", ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task A_rate_limit_holds_only_for_the_app_that_requires_it()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "limited", "/limited"), Routes.Of(2, "free", "/free")],
            apps =>
            {
                apps.Map("limited", () => "a").RequireRateLimiting("once");
                apps.Map("free", () => "b");
            },
            builder => builder.Services.AddRateLimiter(
                limiter => limiter.AddFixedWindowLimiter(
                    "once", window => (window.PermitLimit, window.Window) = (1, TimeSpan.FromHours(1)))),
            app => app.UseRateLimiter());

        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/limited")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await worker.GetAsync("/limited")).StatusCode);
        Assert.Equal("b", await worker.TextAsync("/free"));
    }

    [Fact]
    public async Task Metadata_and_filters_reach_every_route_and_the_innermost_metadata_comes_last()
    {
        SyncedRouteMetadata? route = null;
        string? word = null;
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/g/one"), Routes.Of(2, "a", "/outside")],
            apps => apps.Map("a", () => "a").WithMetadata("app").AddEndpointFilter((context, next) =>
            {
                var metadata = context.HttpContext.GetEndpoint()!.Metadata;
                (route,
                    word) = (metadata.GetMetadata<SyncedRouteMetadata>(), string.Join(
                        " ", metadata.GetOrderedMetadata<string>()));
                return next(context);
            }),
            where: app => app.MapGroup("/g").WithMetadata("group"),
            all: all => all.WithMetadata("all"));

        Assert.Equal("a", await worker.TextAsync("/g/one"));
        Assert.Equal("group all app", word);
        Assert.Equal("/g/one", route!.Rule);
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/outside")).StatusCode);
        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
    }

    private static void AddHeaderAuthentication(IServiceCollection services)
    {
        services.AddAuthentication("header")
            .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", _ => { });
        services.AddAuthorization();
    }

    private sealed class HeaderAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(Request.Headers.TryGetValue("X-User", out var user)
            ? AuthenticateResult.Success(
                new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.ToString())], "header")),
                    "header"))
            : AuthenticateResult.NoResult());
    }
}
