using System.Text.Encodings.Web;
using EndpointSync.Grains.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Recognizes who is signed in to the console. A session stands for a key, which is checked as if it had been sent, so
/// the caller has that key's name, grants and limits, and none of them once the key is revoked. Or it stands for
/// somebody whom the issuer of tokens knows, and ends soon: what the issuer takes back cannot be seen before.
/// </summary>
internal sealed class SessionHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    SessionRing sessions, KeyCallers callers, HttpSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ConsoleCookies.SessionOf(Request) is not { } secret)
        {
            return AuthenticateResult.NoResult();
        }

        var (check, session) = await sessions.FindAsync(ApiKeyText.HashOf(secret));
        if (session is null)
        {
            if (check == KeyCheck.Unknown)
            {
                AccessAnswers.CannotCheck(
                    Context, "session", "the cluster's database is away, and this silo does not know the session");
            }

            return AuthenticateResult.Fail("the session has ended");
        }

        if (session.Owner is KeyOwner key)
        {
            var (keyCheck, caller) = await callers.RecognizeAsync(key.Id, key.Hash, Context);
            return ApiKeyHandler.ResultOf(keyCheck, caller);
        }

        var issued = (IssuedOwner)session.Owner;
        return settings.Jwt.SignsIn
            ? AuthenticateResult.Success(new AuthenticationTicket(
                Grant.Principal(Name, issued.Caller, Grant.All(issued.Grants)), Name))
            : AuthenticateResult.Fail("nobody is signed in by an issuer any more");
    }
}

/// <summary>
/// Marks what the console serves. Of all operations only these know a session, so the API never acts on a cookie; and
/// a caller who is not signed in is led to the form.
/// </summary>
/// <param name="SignIn">The path of the form.</param>
internal sealed record ConsolePage(string SignIn)
{
    /// <summary>The mark of a request's operation; null if it is none of the console.</summary>
    public static ConsolePage? Of(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<ConsolePage>();
}
