using System.Security.Claims;
using System.Security.Cryptography;
using EndpointSync.Grains.Access;

namespace EndpointSync.Silo.Access;

/// <summary>Who presents a key: one of the configured keys, or one of the cluster's.</summary>
internal sealed class KeyCallers(ApiKeyRing keys, HttpSettings settings)
{
    /// <summary>Recognizes a caller.</summary>
    /// <param name="id">The id in the key; null if it has none, as a configured key.</param>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="http">The request, whose answer says so if the key cannot be checked.</param>
    /// <returns>The caller if the key is valid.</returns>
    public async ValueTask<(KeyCheck Check, ClaimsPrincipal? Caller)> RecognizeAsync(
        string? id, byte[] hash, HttpContext http)
    {
        if (Is(hash, settings.AdminKeyHash))
        {
            return Valid("settings:admin", [new Grant(AccessRole.Admin, Registry: null)]);
        }

        if (Is(hash, settings.WorkerKeyHash))
        {
            return Valid("settings:worker", [new Grant(AccessRole.Worker, Registry: null)]);
        }

        var (check, key) = await keys.CheckAsync(id, hash, http.Connection.RemoteIpAddress?.ToString());
        if (check == KeyCheck.Unknown)
        {
            AccessAnswers.CannotCheck(
                http, "key", "the cluster's database is away, and this silo does not know the key");
        }

        return check == KeyCheck.Valid ? Valid($"key:{key!.Name} ({key.Id})", Grants(key)) : (check, null);
    }

    // Compared in constant time, so that the time of an answer tells nothing about the hash.
    private static bool Is(byte[] presented, string? hash) => hash is not null
        && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(hash), presented);

    private static IEnumerable<Grant> Grants(ApiKey key) => key.Registries is null
        ? [new Grant(key.Role, Registry: null)]
        : key.Registries.Select(registry => new Grant(key.Role, registry));

    private static (KeyCheck Check, ClaimsPrincipal? Caller) Valid(string name, IEnumerable<Grant> grants) =>
        (KeyCheck.Valid, Grant.Principal(ApiKeyHandler.Name, name, grants));
}
