using System.Security.Cryptography;
using System.Text.Encodings.Web;
using EndpointSync.Grains.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace EndpointSync.Silo.Access;

/// <summary>Recognizes callers by an API key in <c>Authorization: Bearer</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyRing keys,
    HttpSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    private const string Bearer = "Bearer ";

    /// <summary>The credential of a request; null if it has none.</summary>
    public static string? CredentialOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (CredentialOf(Request) is not { } presented)
        {
            return AuthenticateResult.NoResult();
        }

        var hash = ApiKeyText.HashOf(presented);
        if (Is(hash, settings.AdminKeyHash))
        {
            return Success("settings:admin", [new Grant(AccessRole.Admin, Registry: null)]);
        }

        if (Is(hash, settings.WorkerKeyHash))
        {
            return Success("settings:worker", [new Grant(AccessRole.Worker, Registry: null)]);
        }

        var (check, key) = await keys.CheckAsync(
            ApiKeyText.IdOf(presented), hash, Context.Connection.RemoteIpAddress?.ToString());
        if (check == KeyCheck.Unknown)
        {
            AccessAnswers.CannotCheck(
                Context, "key", "the cluster's database is away, and this silo does not know the key");
        }

        return check == KeyCheck.Valid
            ? Success($"key:{key!.Name} ({key.Id})", Grants(key))
            : AuthenticateResult.Fail(check == KeyCheck.Unknown ? "the key cannot be checked" : "the key is not valid");
    }

    // Compared in constant time, so that the time of an answer tells nothing about the hash.
    private static bool Is(byte[] presented, string? hash) => hash is not null
        && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(hash), presented);

    private static IEnumerable<Grant> Grants(ApiKey key) => key.Registries is null
        ? [new Grant(key.Role, Registry: null)]
        : key.Registries.Select(registry => new Grant(key.Role, registry));

    private static AuthenticateResult Success(string name, IEnumerable<Grant> grants) =>
        AuthenticateResult.Success(new AuthenticationTicket(Grant.Principal(Name, name, grants), Name));
}
