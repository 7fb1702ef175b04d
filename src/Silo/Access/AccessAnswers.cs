using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Answers callers who may not do what they ask for, with problem details: 401 without a valid credential, 403 with one
/// that is not enough, 503 with one that cannot be checked.
/// </summary>
internal sealed class AccessAnswers(HttpSettings settings, RefusalCounter refusals)
    : IAuthorizationMiddlewareResultHandler
{
    private static readonly object Unchecked = new();
    private static readonly object RefusedCertificate = new();

    /// <summary>Says why a request's credential cannot be checked now.</summary>
    /// <param name="context">The request.</param>
    /// <param name="credential">What it is: a key or a token.</param>
    /// <param name="reason">Why, without a full stop.</param>
    public static void CannotCheck(HttpContext context, string credential, string reason) =>
        context.Items[Unchecked] = new Reason(credential, reason);

    /// <summary>Says why the certificate of a request's connection is refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="complaint">Why, as a sentence without a full stop.</param>
    public static void Refused(HttpContext context, string complaint) =>
        context.Items[RefusedCertificate] = complaint;

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

    // A page that a person opened; a form that was sent is not repeated after the sign-in.
    private static string? SignInOf(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && ConsolePage.Of(context) is { } page
            ? $"{context.Request.PathBase}{page.SignIn}?return="
                + Uri.EscapeDataString($"{context.Request.Path}{context.Request.QueryString}")
            : null;

    private IResult Answer(HttpContext context, PolicyAuthorizationResult result)
    {
        if (result.Forbidden)
        {
            refusals.Count(RefusalReason.Forbidden);
            return Forbidden(context);
        }

        if (context.Items[Unchecked] is Reason reason)
        {
            refusals.Count(RefusalReason.Unchecked);
            return ProblemTypes.CredentialUnchecked.Answer(
                $"Nothing was done: {reason.Text}. Try again, or ask another silo.",
                title: $"The {reason.Credential} cannot be checked");
        }

        if (SignInOf(context) is { } signIn)
        {
            return TypedResults.LocalRedirect(signIn);
        }

        refusals.Count(RefusalReason.Unauthenticated);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ProblemTypes.NoValidCredential.Answer(
            context.Items[RefusedCertificate] is string complaint
                ? $"Nothing was done. The connection's {complaint}."
                : $"Nothing was done. {Cure()}",
            title: $"A valid {Credentials()} is required");
    }

    private string Credentials() => (settings.Jwt.IsConfigured, settings.ClientCertificates.IsConfigured) switch
    {
        (true, true) => "key, token or client certificate",
        (true, false) => "key or token",
        (false, true) => "key or client certificate",
        _ => "key",
    };

    private string Cure() =>
        $"Send an API key{(settings.Jwt.IsConfigured ? " or a token" : "")} as 'Authorization: Bearer ...'"
        + $"{(settings.ClientCertificates.IsConfigured ? ", or connect with a client certificate" : "")}. "
        + "It may be mistyped, expired or revoked; the answer does not tell which.";

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
        return ProblemTypes.RoleNotEnough.Answer(
            $"Nothing was done. This needs role {required?.Role.ToString().ToLowerInvariant() ?? "nobody has"}{where}; "
            + $"the credential has {(grants.Length == 0 ? "no role" : grants)}.");
    }

    private sealed record Reason(string Credential, string Text);
}
