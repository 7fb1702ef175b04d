using System.Globalization;
using System.Security.Claims;
using EndpointSync.Grains.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Problems;
using EndpointSync.WebConsole.Cluster;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The page of the keys, and what it creates and revokes.</summary>
internal static class KeyPages
{
    private const int MostDays = 36_500;

    public static void MapKeyPages(this RouteGroupBuilder keys)
    {
        keys.MapRead("/", ListAsync);
        keys.MapPost("/", CreateAsync).AuditedAs("createKey");
        keys.MapPost("/{id}/revoke", RevokeAsync).AuditedAs("revokeKey");
    }

    private static async Task<IResult> ListAsync(ApiKeyStore store, CancellationToken cancellationToken) =>
        await ShowAsync(store, answer: null, cancellationToken);

    private static async Task<IResult> CreateAsync(
        ClaimsPrincipal caller, ApiKeyStore store, TimeProvider clock, HttpContext http,
        CancellationToken cancellationToken)
    {
        var answer = TryReadDays(http.Field("days"), out var days)
            ? await KeyApi.CreateAsync(
                new ApiKeyDraft
                {
                    Name = http.Field("name"),
                    Role = Enum.TryParse<AccessRole>(http.Field("role"), out var role) ? role : null,
                    Registries = http.Field("registries")?.Split(
                        ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    ExpiresAt = days is { } given ? clock.GetUtcNow().AddDays(given) : null,
                },
                caller, store, clock, http.Response, cancellationToken)
            : ProblemTypes.Invalid(new Dictionary<string, string[]>
            {
                ["days"] = [$"must be a number from 1 to {MostDays}; no key was created"],
            });
        return await ShowAsync(store, answer, cancellationToken);
    }

    private static async Task<IResult> RevokeAsync(
        string id, ClaimsPrincipal caller, ApiKeyStore store, ApiKeyRing ring, HttpContext http,
        CancellationToken cancellationToken)
    {
        var answer = await KeyApi.RevokeAsync(id, caller, store, ring, http, cancellationToken);
        return answer.ValueOf<ApiKey>() is not null ? new Redirect(answer, "/keys") : answer;
    }

    private static async Task<IResult> ShowAsync(
        ApiKeyStore store, IResult? answer, CancellationToken cancellationToken) =>
        Page.After<KeysPage>(
            answer, (nameof(KeysPage.Keys), (await store.ListAsync(cancellationToken)).ConvertAll(key => key.Details)),
            (nameof(KeysPage.Created), answer?.ValueOf<CreatedApiKey>()),
            (nameof(KeysPage.Refusal), answer?.Errors() is { } errors
                ? string.Join("; ", errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}"))
                : null));

    private static bool TryReadDays(string? text, out int? days)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        days = isNumber ? number : null;
        return text is null || (isNumber && number is >= 1 and <= MostDays);
    }
}
