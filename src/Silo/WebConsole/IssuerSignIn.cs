using System.Security.Claims;
using System.Text.Json;
using EndpointSync.Core;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Signs people in to the console by the issuer of tokens: the authorization code flow of OpenID Connect, with PKCE.
/// The framework's handler does it up to the checked identity, and leaves that to the console's page at
/// <see cref="CallbackPath"/>.
/// </summary>
internal static partial class IssuerSignIn
{
    /// <summary>The path that leads to the issuer.</summary>
    public const string Path = "/sign-in/issuer";

    /// <summary>The path to which the issuer sends browsers back.</summary>
    public const string CallbackPath = "/sign-in/issuer/callback";

    /// <summary>The scheme that leads to the issuer.</summary>
    public const string Scheme = OpenIdConnectDefaults.AuthenticationScheme;

    private const string OwnApplication = "EndpointSync";

    public static void AddIssuerSignIn(this WebApplicationBuilder builder, JwtSettings settings)
    {
        if (!settings.SignsIn)
        {
            return;
        }

        var services = builder.Services;
        services.AddAuthentication().AddOpenIdConnect();
        services.AddOptions<OpenIdConnectOptions>(Scheme)
            .Configure<TokenIssuer>((options, issuer) => Configure(options, settings, issuer));
        // What a browser brings back was given to it by any silo of the cluster.
        services.AddDataProtection().SetApplicationName(OwnApplication);
        services.AddSingleton<ProtectionKeys>().AddOptions<KeyManagementOptions>()
            .Configure<ProtectionKeys>((options, keys) => options.XmlRepository = keys);
    }

    /// <summary>Says why the issuer signed nobody in.</summary>
    [LoggerMessage(2034, LogLevel.Information, "A sign-in to the console by the issuer of tokens failed: {Reason}")]
    public static partial void LogFailed(ILogger logger, LogText reason);

    // All that matters is set: the framework fills the rest from configuration sections that nobody checks.
    private static void Configure(OpenIdConnectOptions options, JwtSettings settings, TokenIssuer issuer)
    {
        options.ConfigurationManager = issuer.Configuration;
        options.Backchannel = issuer.Http;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.CallbackPath = CallbackPath;
        options.RemoteSignOutPath = options.SignedOutCallbackPath = default;
        options.SignInScheme = SessionHandler.Name;
        options.MapInboundClaims = options.SaveTokens = false;
        options.GetClaimsFromUserInfoEndpoint = options.DisableTelemetry = true;
        options.TokenValidationParameters = JwtTokens.RulesFor(settings.ClientId!);
        options.ClaimActions.Clear();
        options.Scope.Clear();
        foreach (var scope in settings.Scopes)
        {
            options.Scope.Add(scope);
        }

        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            // The issuer's page leads back here, so they are not for pages of this site alone.
            (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        }

        options.Events = new OpenIdConnectEvents
        {
            OnUserInformationReceived = TakeUserInformation,
            OnTicketReceived = received => Leave(received, new IssuerAnswer(
                received.Principal, Failure: null, received.ReturnUri)),
            OnRemoteFailure = failed => Leave(failed, new IssuerAnswer(
                Person: null, failed.Failure?.GetBaseException().Message ?? "no reason is known", Return: null)),
        };
    }

    // Some issuers put roles there alone.
    private static Task TakeUserInformation(UserInformationReceivedContext received)
    {
        var identity = (ClaimsIdentity)received.Principal!.Identity!;
        foreach (var property in received.User.RootElement.EnumerateObject().Where(
            property => !identity.HasClaim(claim => claim.Type == property.Name)).ToList())
        {
            var values = property.Value.ValueKind == JsonValueKind.Array
                ? property.Value.EnumerateArray().ToArray()
                : [property.Value];
            identity.AddClaims(values.Select(value => new Claim(property.Name, value.ToString())));
        }

        return Task.CompletedTask;
    }

    private static Task Leave(HandleRequestContext<RemoteAuthenticationOptions> context, IssuerAnswer answer)
    {
        context.HttpContext.Features.Set(answer);
        context.SkipHandler();
        return Task.CompletedTask;
    }
}
