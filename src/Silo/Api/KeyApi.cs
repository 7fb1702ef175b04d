using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Creates, lists and revokes the keys of the HTTP API. docs/security.md has the table of roles.</summary>
internal static class KeyApi
{
    private const int LongestName = 100;

    public static void MapKeys(this RouteGroupBuilder keys)
    {
        keys.MapRead("/", ListAsync);
        keys.MapPost("/", CreateAsync);
        keys.MapDelete("/{id}", RevokeAsync);
    }

    [EndpointName("listKeys")]
    [EndpointSummary("All keys, revoked and expired ones included, without their secrets")]
    private static async Task<IEnumerable<ApiKey>> ListAsync(
        ApiKeyStore store, CancellationToken cancellationToken) =>
        (await store.ListAsync(cancellationToken)).Select(key => key.Details);

    [EndpointName("createKey")]
    [EndpointSummary("Creates a key and shows it, this once")]
    [ProducesResponseType<CreatedApiKey>(StatusCodes.Status201Created)]
    public static async Task<IResult> CreateAsync(
        ApiKeyDraft draft, ClaimsPrincipal caller, ApiKeyStore store, TimeProvider clock, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var errors = Check(draft, clock.GetUtcNow());
        if (errors.Count > 0)
        {
            return ProblemTypes.Invalid(errors);
        }

        var key = ApiKeyText.Create();
        var details = await store.AddAsync(key, draft, caller.Identity!.Name!, cancellationToken);
        response.HttpContext.RecordChange(details.Id, before: null, details);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/v1/keys/{details.Id}", new CreatedApiKey(key, details));
    }

    [EndpointName("revokeKey")]
    [EndpointSummary("Ends a key; every silo refuses it within two seconds")]
    [ProducesResponseType<ApiKey>(StatusCodes.Status200OK)]
    public static async Task<IResult> RevokeAsync(
        string id, ClaimsPrincipal caller, ApiKeyStore store, ApiKeyRing ring, HttpContext http,
        CancellationToken cancellationToken)
    {
        var (before, key) = await store.RevokeAsync(id, caller.Identity!.Name!, cancellationToken);
        ring.Forget(id);
        http.RecordChange(id, before, key);
        return key is null
            ? ProblemTypes.NoSuchKey.Answer(
                $"No key has the id '{new LogText(id)}'. Nothing was revoked. The list has the ids.")
            : TypedResults.Ok(key);
    }

    private static Dictionary<string, string[]> Check(ApiKeyDraft draft, DateTimeOffset now)
    {
        var errors = new Dictionary<string, string[]>();
        if (draft.Name is not { Length: > 0 and <= LongestName } name || name.Any(char.IsControl))
        {
            errors["name"] = [$"must say who uses the key, in 1 to {LongestName} characters; no key was created"];
        }

        if (draft.Role is not { } role || !Enum.IsDefined(role))
        {
            errors["role"] = ["must be Viewer, Worker, Operator or Admin; no key was created"];
        }

        if (draft.Registries is { } registries && (registries.Count == 0 || !registries.All(RegistryName.IsValid)))
        {
            errors["registries"] =
                ["must be names of registries, or absent for a key to all of them; no key was created"];
        }

        if (draft.ExpiresAt <= now)
        {
            errors["expiresAt"] = [$"'{draft.ExpiresAt:O}' is over; no key was created"];
        }

        return errors;
    }
}
