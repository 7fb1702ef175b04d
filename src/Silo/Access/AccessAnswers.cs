using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Answers callers who may not do what they ask for, with problem details: 401 without a valid credential, 403 with one
/// that is not enough, 503 with one that cannot be checked.
/// </summary>
internal sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        await Answer(context, authorizeResult).ExecuteAsync(context);
    }

    private static ProblemHttpResult Answer(HttpContext context, PolicyAuthorizationResult result)
    {
        if (result.Forbidden)
        {
            return Forbidden(context);
        }

        if (ApiKeyHandler.IsUnchecked(context))
        {
            return TypedResults.Problem(
                title: "The key cannot be checked",
                detail: "Nothing was done: the cluster's database is away, and this silo does not know the key. "
                    + "Try again, or ask another silo.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(
            title: "A valid key is required",
            detail: "Nothing was done. Send an API key as 'Authorization: Bearer ...'. A key may be "
                + "mistyped, expired or revoked; the answer does not tell which.",
            statusCode: StatusCodes.Status401Unauthorized);
    }

    private static ProblemHttpResult Forbidden(HttpContext context)
    {
        var required = context.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>();
        var where = required switch
        {
            { WholeCluster: true } => " in all registries",
            _ when context.Registry() is { } registry => $" in registry '{registry}'",
            _ => "",
        };
        var grants = string.Join(", ", Grant.Of(context.User).Select(grant => grant.ToString()));
        return TypedResults.Problem(
            title: "The role is not enough",
            detail: $"Nothing was done. This needs role {required?.Role.ToString().ToLowerInvariant() ?? "nobody has"}"
                + $"{where}; the credential has {(grants.Length == 0 ? "no role" : grants)}.",
            statusCode: StatusCodes.Status403Forbidden);
    }
}
