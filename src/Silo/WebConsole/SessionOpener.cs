using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Access;
using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;

namespace EndpointSync.Silo.WebConsole;

/// <summary>Opens sessions of the console.</summary>
internal sealed partial class SessionOpener(
    SessionStore sessions, AuditQueue audit, ILocalSiloDetails silo, ILogger<SessionOpener> logger)
{
    /// <summary>Gives the browser of a request a session, and records that.</summary>
    /// <param name="http">The request.</param>
    /// <param name="owner">Who the session stands for.</param>
    /// <param name="caller">The same as the caller of requests.</param>
    /// <param name="lifetime">How long it lasts at most.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task OpenAsync(
        HttpContext http, SessionOwner owner, ClaimsPrincipal caller, TimeSpan lifetime,
        CancellationToken cancellationToken)
    {
        var secret = ConsoleCookies.CreateSecret();
        await sessions.AddAsync(
            ApiKeyText.HashOf(secret), owner, http.Connection.RemoteIpAddress?.ToString(), lifetime,
            cancellationToken);
        ConsoleCookies.SetSession(http, secret);
        http.User = caller;
        audit.Add(AuditedRequest.EntryOf(http, silo.Name) with
        {
            Outcome = AuditOutcome.Done,
            Status = StatusCodes.Status303SeeOther,
        });
    }

    /// <summary>Says why the issuer signed nobody in.</summary>
    public void LogFailed(string reason) => LogIssuerFailed(new LogText(reason));

    [LoggerMessage(2034, LogLevel.Information, "A sign-in to the console by the issuer of tokens failed: {Reason}")]
    private partial void LogIssuerFailed(LogText reason);
}
