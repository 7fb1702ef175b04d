using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace EndpointSync.Silo.Access;

/// <summary>Recognizes callers by the certificate that they showed when they connected.</summary>
internal sealed class ClientCertificateHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    ClientCertificates certificates, HttpSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ClientCertificate";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        if (certificates.ShownBy(Context) is not { } shown)
        {
            return AuthenticateResult.NoResult();
        }

        if (certificates.ComplaintAbout(shown) is { } complaint)
        {
            certificates.LogRefused(Context, complaint);
            AccessAnswers.Refused(Context, complaint);
            // The caller can show another certificate only with another connection.
            Context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return AuthenticateResult.Fail("the certificate is not accepted");
        }

        var grants = settings.ClientCertificates.GrantsOf(shown.DnsNames);
        return AuthenticateResult.Success(new AuthenticationTicket(
            Grant.Principal(Name, $"certificate:{shown.Name}", grants), Name));
    }
}
