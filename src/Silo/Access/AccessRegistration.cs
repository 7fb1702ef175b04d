using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Registers who may use the HTTP API. Without an administrator's key, an issuer of tokens or an authority of client
/// certificates configured, everybody on this machine may do everything, and no other machine reaches it.
/// </summary>
internal static partial class AccessRegistration
{
    private const string Presented = "Presented";

    public static void AddAccess(this WebApplicationBuilder builder, HttpSettings settings)
    {
        builder.Services.AddSingleton(settings).AddSingleton<RefusalCounter>().AddSingleton<KeyCallers>();
        if (settings.IsProtected)
        {
            builder.Services.AddCredentials(settings);
            builder.Services.AddSingleton<RateLimitLog>()
                .AddRateLimiter(options => RateLimits.Configure(options, settings.Limits));
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
        var settings = app.Services.GetRequiredService<HttpSettings>();
        if (settings.IsProtected)
        {
            app.UseRateLimiter();
        }

        app.UseAuthorization();
        if (settings.ClientCertificates.IsConfigured)
        {
            app.Lifetime.ApplicationStarted.Register(() => WarnWithoutTls(app));
        }
    }

    private static void AddCredentials(this IServiceCollection services, HttpSettings settings)
    {
        services.AddAuthentication(Presented)
            .AddPolicyScheme(
                Presented, null, options => options.ForwardDefaultSelector = context => SchemeOf(context, settings))
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Name, null)
            .AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.Name, null);
        if (settings.Jwt.IsConfigured)
        {
            services.AddTokens(settings.Jwt);
        }

        if (settings.ClientCertificates.IsConfigured)
        {
            services.AddClientCertificates();
        }
    }

    private static void AddTokens(this IServiceCollection services, JwtSettings tokens)
    {
        services.AddAuthentication().AddJwtBearer();
        services.AddSingleton<TokenIssuer>()
            .AddHostedService(provider => provider.GetRequiredService<TokenIssuer>())
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<TokenIssuer>((options, issuer) => JwtTokens.Configure(options, tokens, issuer));
    }

    private static void AddClientCertificates(this IServiceCollection services)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ClientCertificateHandler>(ClientCertificateHandler.Name, null);
        services.AddSingleton<ClientCertificates>()
            .AddHostedService(provider => provider.GetRequiredService<ClientCertificates>());
    }

    // A caller with a certificate may send a key for more than its certificate allows.
    private static string SchemeOf(HttpContext context, HttpSettings settings)
    {
        if (ApiKeyHandler.CredentialOf(context.Request) is { } credential)
        {
            return settings.Jwt.IsConfigured && JwtTokens.IsToken(credential)
                ? JwtBearerDefaults.AuthenticationScheme
                : ApiKeyHandler.Name;
        }

        if (IsForPeople(context) && ConsoleCookies.SessionOf(context.Request) is not null)
        {
            return SessionHandler.Name;
        }

        return settings.ClientCertificates.IsConfigured ? ClientCertificateHandler.Name : ApiKeyHandler.Name;
    }

    // A mistyped address is nobody's operation: who is signed in gets its 404.
    private static bool IsForPeople(HttpContext context) =>
        context.GetEndpoint() is not RouteEndpoint || ConsolePage.Of(context) is not null;

    private static void WarnWithoutTls(WebApplication app)
    {
        if (!app.Urls.Any(url => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)))
        {
            LogWithoutTls(app.Logger, string.Join(", ", app.Urls));
        }
    }

    // An operation that was mapped without a role is nobody's. Paths without an operation get their 404 or 405.
    private static bool IsNoOperation(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;

    [LoggerMessage(
        2021, LogLevel.Warning,
        "Nobody can show a client certificate: HTTP listens without TLS, at {Urls}. Give it a server certificate and a "
        + "URL with https")]
    private static partial void LogWithoutTls(ILogger logger, string urls);
}
