using Microsoft.AspNetCore.Authentication;

namespace EndpointSync.Silo.Access;

/// <summary>Checks a request's credential again, for answers that take longer than a credential may be valid.</summary>
internal static class PresentCredential
{
    /// <summary>Whether the credential is still valid, and its role enough for what the request asks for.</summary>
    public static async Task<bool> IsStillEnoughAsync(this HttpContext http)
    {
        // A request keeps the first answer of each handler. Another scope has handlers of its own.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var handlers = scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>();
        var scheme = http.User.Identity?.AuthenticationType;
        if (scheme is null || await handlers.GetHandlerAsync(http, scheme) is not { } handler)
        {
            return false;
        }

        var required = http.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>();
        var found = await handler.AuthenticateAsync();
        return required is not null && found.Principal is { } caller
            && Grant.Allows(caller, required.Role, http.Registry(), required.WholeCluster);
    }
}
