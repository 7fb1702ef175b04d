using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Access;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.WebConsole.Cluster;
using Microsoft.AspNetCore.Authentication;

namespace EndpointSync.Silo.WebConsole;

/// <summary>Turns a key, or what the issuer of tokens says, into a session, and ends one.</summary>
internal static class SignInPages
{
    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How long it lasts for somebody whom an issuer knows: no withdrawn role shows earlier.</summary>
    public static readonly TimeSpan IssuedLifetime = TimeSpan.FromHours(1);

    private const int LongestKey = 1_000;

    public static void MapSignIn(this RouteGroupBuilder pages)
    {
        pages.MapRead("/sign-in", Show);
        pages.MapPost("/sign-in", SignInAsync).AuditedAs("signIn");
        if (((IEndpointRouteBuilder)pages).ServiceProvider.GetRequiredService<HttpSettings>().Jwt.SignsIn)
        {
            pages.MapRead(IssuerSignIn.Path, AskIssuerAsync);
            pages.MapRead(IssuerSignIn.CallbackPath, ComeBackAsync).AuditedAs("signIn");
        }
    }

    public static void MapSignOut(this RouteGroupBuilder pages) =>
        pages.MapPost("/sign-out", SignOutAsync).RequireRole(AccessRole.Viewer).AuditedAs("signOut");

    // Where everybody may do everything, there is nothing to sign in to.
    private static IResult Show(HttpContext http, HttpSettings settings) => settings.IsProtected
        ? Page.Of<SignInPage>(
            (nameof(SignInPage.Return), ReturnOf(http.Request.Query["return"])),
            (nameof(SignInPage.Issuer), IssuerOf(settings)))
        : new Redirect(TypedResults.Empty, "/");

    private static async Task<IResult> SignInAsync(
        HttpContext http, KeyCallers callers, HttpSettings settings, SessionOpener sessions,
        CancellationToken cancellationToken)
    {
        var presented = http.Field("key")?.Trim() ?? "";
        var (id, hash) = (ApiKeyText.IdOf(presented), ApiKeyText.HashOf(presented));
        var (check, caller) = presented.Length <= LongestKey
            ? await callers.RecognizeAsync(id, hash, http)
            : (KeyCheck.Refused, null);
        if (caller is null || !MayLook(caller))
        {
            return Refused(http, settings, check);
        }

        await sessions.OpenAsync(
            http, new KeyOwner(id, hash), caller, Lifetime, StatusCodes.Status303SeeOther, cancellationToken);
        return new Redirect(TypedResults.Empty, ReturnOf(http.Request.Form["return"]));
    }

    private static async Task<IResult> AskIssuerAsync(
        HttpContext http, TokenIssuer issuer, HttpSettings settings, CancellationToken cancellationToken)
    {
        var back = ReturnOf(http.Request.Query["return"]);
        return await issuer.IsKnownAsync(cancellationToken)
            ? TypedResults.Challenge(new AuthenticationProperties { RedirectUri = back }, [IssuerSignIn.Scheme])
            : Refused(
                settings, StatusCodes.Status503ServiceUnavailable,
                $"{IssuerOf(settings)} does not answer. Try again, or sign in with a key.", back);
    }

    // The framework's handler has checked what the browser brings.
    private static async Task<IResult> ComeBackAsync(
        HttpContext http, HttpSettings settings, SessionOpener sessions, ILogger<IssuerAnswer> logger,
        CancellationToken cancellationToken)
    {
        var answer = http.Features.Get<IssuerAnswer>();
        var back = ReturnOf(answer?.Return);
        if (answer?.Person is not { } person)
        {
            IssuerSignIn.LogFailed(logger, new LogText(answer?.Failure ?? "nobody asked for it"));
            return Refused(
                settings, StatusCodes.Status401Unauthorized,
                $"The sign-in with {IssuerOf(settings)} failed. Begin it again here; the silo's log has the reason.",
                back);
        }

        var caller = JwtTokens.CallerOf(person, settings.Jwt);
        if (!MayLook(caller))
        {
            return Refused(
                settings, StatusCodes.Status403Forbidden,
                $"{IssuerOf(settings)} knows you as {caller.Identity!.Name}, and gives you no role here. Ask its "
                + $"administrator for a value of the claim {settings.Jwt.RoleClaim} that means viewer, operator or "
                + "admin.",
                back);
        }

        await sessions.OpenAsync(
            http, new IssuedOwner(caller.Identity!.Name!, [.. Grant.Of(caller).Select(grant => $"{grant}")]),
            caller, IssuedLifetime, StatusCodes.Status200OK, cancellationToken);
        http.Response.Headers["Refresh"] = $"0; url={http.Request.PathBase}{back}";
        return Page.Of<SignedInPage>(
            (nameof(SignedInPage.Name), caller.Identity.Name), (nameof(SignedInPage.Return), back));
    }

    private static async Task<IResult> SignOutAsync(
        HttpContext http, SessionStore sessions, SessionRing ring, CancellationToken cancellationToken)
    {
        if (ConsoleCookies.SessionOf(http.Request) is { } secret)
        {
            await sessions.DeleteAsync(ApiKeyText.HashOf(secret), cancellationToken);
            ring.Forget(ApiKeyText.HashOf(secret));
            ConsoleCookies.DeleteSession(http);
        }

        return new Redirect(TypedResults.Empty, "/sign-in");
    }

    // A worker's key lies on many machines, and opens nothing here.
    private static bool MayLook(ClaimsPrincipal caller) => Grant.Of(caller).Any(
        grant => Grant.Allows(caller, AccessRole.Viewer, grant.Registry, wholeCluster: false));

    private static Page Refused(HttpContext http, HttpSettings settings, KeyCheck check)
    {
        var (status, reason) = check switch
        {
            KeyCheck.Unknown => (
                StatusCodes.Status503ServiceUnavailable,
                "The key cannot be checked: the cluster's database is away. Try again, or ask another silo."),
            KeyCheck.Valid => (
                StatusCodes.Status403Forbidden,
                "The key is a worker's and opens no page. Sign in with a key of the role viewer, operator or admin."),
            _ => (
                StatusCodes.Status401Unauthorized,
                "The key is not valid. It may be mistyped, expired or revoked; the answer does not tell which."),
        };
        return Refused(settings, status, reason, ReturnOf(http.Request.Form["return"]));
    }

    private static Page Refused(HttpSettings settings, int status, string reason, string back) =>
        Page.After<SignInPage>(
            TypedResults.StatusCode(status), (nameof(SignInPage.Refusal), reason), (nameof(SignInPage.Return), back),
            (nameof(SignInPage.Issuer), IssuerOf(settings)));

    private static string? IssuerOf(HttpSettings settings) =>
        settings.Jwt.SignsIn ? new Uri(settings.Jwt.Authority!).Authority : null;

    // Only a path of this console: an address that others can choose must not lead away from it.
    private static string ReturnOf(string? path) =>
        path is ['/', not ('/' or '\\'), ..] && !path.Any(char.IsControl) ? path : "/";
}
