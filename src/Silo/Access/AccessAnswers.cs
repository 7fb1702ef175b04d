using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Answers callers who may not do what they ask for, with problem details: 401 without a valid credential, 403 with one
/// that is not enough, 503 with one that cannot be checked.
/// </summary>
internal sealed class AccessAnswers(HttpSettings settings) : IAuthorizationMiddlewareResultHandler
{
    private static readonly object Unchecked = new();

    /// <summary>Says why a request's credential cannot be checked now.</summary>
    /// <param name="context">The request.</param>
    /// <param name="credential">What it is: a key or a token.</param>
    /// <param name="reason">Why, without a full stop.</param>
    public static void CannotCheck(HttpContext context, string credential, string reason) =>
        context.Items[Unchecked] = new Reason(credential, reason);

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

    private ProblemHttpResult Answer(HttpContext context, PolicyAuthorizationResult result)
    {
        if (result.Forbidden)
        {
            return Forbidden(context);
        }

        if (context.Items[Unchecked] is Reason reason)
        {
            return TypedResults.Problem(
                title: $"The {reason.Credential} cannot be checked",
                detail: $"Nothing was done: {reason.Text}. Try again, or ask another silo.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        var hasTokens = settings.Jwt.Authority is not null;
        return TypedResults.Problem(
            title: $"A valid key{(hasTokens ? " or token" : "")} is required",
            detail: $"Nothing was done. Send an API key{(hasTokens ? " or a token" : "")} as 'Authorization: Bearer "
                + "...'. It may be mistyped, expired or revoked; the answer does not tell which.",
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

    private sealed record Reason(string Credential, string Text);
}
