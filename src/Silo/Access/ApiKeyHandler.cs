using System.Text.Encodings.Web;
using EndpointSync.Grains.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace EndpointSync.Silo.Access;

/// <summary>Recognizes callers by an API key in <c>Authorization: Bearer</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    KeyCallers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    private const string Bearer = "Bearer ";

    /// <summary>The credential of a request; null if it has none.</summary>
    public static string? CredentialOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;

    /// <summary>The result of a checked key.</summary>
    public static AuthenticateResult ResultOf(KeyCheck check, System.Security.Claims.ClaimsPrincipal? caller) =>
        caller is not null
            ? AuthenticateResult.Success(new AuthenticationTicket(caller, Name))
            : AuthenticateResult.Fail(
                check == KeyCheck.Unknown ? "the key cannot be checked" : "the key is not valid");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (CredentialOf(Request) is not { } presented)
        {
            return AuthenticateResult.NoResult();
        }

        var (check, caller) = await callers.RecognizeAsync(
            ApiKeyText.IdOf(presented), ApiKeyText.HashOf(presented), Context);
        return ResultOf(check, caller);
    }
}
