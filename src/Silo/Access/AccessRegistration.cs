using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Registers who may use the HTTP API. Without an administrator's key or an issuer of tokens configured, everybody
/// on this machine may do everything, and no other machine reaches it.
/// </summary>
internal static class AccessRegistration
{
    private const string KeyOrToken = "KeyOrToken";

    public static void AddAccess(this WebApplicationBuilder builder, HttpSettings settings)
    {
        builder.Services.AddSingleton(settings);
        if (settings.IsProtected)
        {
            builder.Services.AddCredentials(settings.Jwt);
            builder.Services.AddRateLimiter(options => RateLimits.Configure(options, settings.Limits));
        }
        else
        {
            builder.Services.AddAuthentication(OpenHandler.Name)
                .AddScheme<AuthenticationSchemeOptions, OpenHandler>(OpenHandler.Name, null);
            builder.AddLoopbackOnly();
        }

        builder.Services.AddSingleton<IAuthorizationHandler, RequiredRoleHandler>()
            .AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>()
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(
                new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(IsNoOperation).Build());
    }

    /// <summary>Finds out who asks, and refuses those who may not or ask too often, for unknown paths too.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseAuthentication();
        if (app.Services.GetRequiredService<HttpSettings>().IsProtected)
        {
            app.UseRateLimiter();
        }

        app.UseAuthorization();
    }

    private static void AddCredentials(this IServiceCollection services, JwtSettings tokens)
    {
        var hasTokens = tokens.Authority is not null;
        var schemes = services.AddAuthentication(hasTokens ? KeyOrToken : ApiKeyHandler.Name)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Name, null);
        if (!hasTokens)
        {
            return;
        }

        schemes.AddJwtBearer()
            .AddPolicyScheme(KeyOrToken, null, options => options.ForwardDefaultSelector = SchemeOf);
        services.AddSingleton<TokenIssuer>()
            .AddHostedService(provider => provider.GetRequiredService<TokenIssuer>())
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<TokenIssuer>((options, issuer) => JwtTokens.Configure(options, tokens, issuer));
    }

    private static string SchemeOf(HttpContext context) =>
        ApiKeyHandler.CredentialOf(context.Request) is { } credential && JwtTokens.IsToken(credential)
            ? JwtBearerDefaults.AuthenticationScheme
            : ApiKeyHandler.Name;

    // An operation that was mapped without a role is nobody's. Paths without an operation get their 404 or 405.
    private static bool IsNoOperation(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;
}
