using Microsoft.AspNetCore.Authorization;

namespace EndpointSync.Silo.Access;

/// <summary>The role that an operation needs, as an endpoint's metadata and as a requirement.</summary>
/// <param name="Role">The role.</param>
/// <param name="WholeCluster">Whether the caller needs it in all registries.</param>
internal sealed record RequiredRole(AccessRole Role, bool WholeCluster) : IAuthorizationRequirement;

/// <summary>Says at each mapped operation who may call it. One without a role is refused to everybody.</summary>
internal static class RequiredRoleConventions
{
    private const string RegistryParameter = "registry";

    /// <summary>
    /// Requires a role. For an operation below <c>/{registry}</c> the caller needs it in that registry or in all; for
    /// others in any registry.
    /// </summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder operation, AccessRole role)
        where TBuilder : IEndpointConventionBuilder => operation.Require(new RequiredRole(role, WholeCluster: false));

    /// <summary>Requires a role in all registries.</summary>
    public static TBuilder RequireRoleInAllRegistries<TBuilder>(this TBuilder operation, AccessRole role)
        where TBuilder : IEndpointConventionBuilder => operation.Require(new RequiredRole(role, WholeCluster: true));

    private static TBuilder Require<TBuilder>(this TBuilder operation, RequiredRole required)
        where TBuilder : IEndpointConventionBuilder
    {
        operation.WithMetadata(required);
        return operation.RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(required));
    }

    /// <summary>The registry that a request is about; null if it is about none.</summary>
    public static string? Registry(this HttpContext context) => context.GetRouteValue(RegistryParameter) as string;
}

/// <summary>Compares the caller's grants with the role that an operation needs.</summary>
internal sealed class RequiredRoleHandler : AuthorizationHandler<RequiredRole>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequiredRole requirement)
    {
        if (context.Resource is HttpContext http
            && Grant.Allows(context.User, requirement.Role, http.Registry(), requirement.WholeCluster))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
