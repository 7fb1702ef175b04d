using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace EndpointSync.Silo.Access;

/// <summary>Takes everybody for an administrator, where no key is configured and only this machine can ask.</summary>
internal sealed class OpenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Open";

    private static readonly AuthenticateResult Anyone = AuthenticateResult.Success(
        new AuthenticationTicket(Grant.Principal(Name, "anyone", [new Grant(AccessRole.Admin, Registry: null)]), Name));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Anyone);
}
