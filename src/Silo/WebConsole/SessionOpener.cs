using System.Security.Claims;
using EndpointSync.Grains.Access;
using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;

namespace EndpointSync.Silo.WebConsole;

/// <summary>Opens sessions of the console.</summary>
internal sealed class SessionOpener(SessionStore sessions, AuditQueue audit, ILocalSiloDetails silo)
{
    /// <summary>Gives the browser of a request a session, and records that.</summary>
    /// <param name="http">The request.</param>
    /// <param name="owner">Who the session stands for.</param>
    /// <param name="caller">The same as the caller of requests.</param>
    /// <param name="lifetime">How long it lasts at most.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task OpenAsync(
        HttpContext http, SessionOwner owner, ClaimsPrincipal caller, TimeSpan lifetime, int status,
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
            Status = status,
        });
    }
}
