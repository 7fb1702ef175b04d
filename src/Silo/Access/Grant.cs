using System.Security.Claims;
using EndpointSync.Core;

namespace EndpointSync.Silo.Access;

/// <summary>A role in one registry, or in all. As text: <c>operator</c> or <c>worker/openspp</c>.</summary>
/// <param name="Role">The role.</param>
/// <param name="Registry">The registry; null for all.</param>
internal readonly record struct Grant(AccessRole Role, string? Registry)
{
    private const string ClaimType = "endpointsync:grant";
    private const string NameType = "endpointsync:principal";

    public static bool TryParse(string text, out Grant grant)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (role, registry) = slash < 0 ? (text, null) : (text[..slash], text[(slash + 1)..]);
        // Enum.TryParse takes numbers too.
        var isRole = Enum.TryParse<AccessRole>(role, ignoreCase: true, out var parsed) && role.All(char.IsAsciiLetter);
        grant = new Grant(parsed, registry);
        return isRole && (registry is null || RegistryName.IsValid(registry));
    }

    public override string ToString() =>
        Role.ToString().ToLowerInvariant() + (Registry is null ? "" : $"/{Registry}");

    /// <summary>An identity with grants.</summary>
    /// <param name="scheme">How the caller was recognized.</param>
    /// <param name="name">The name of the caller in the audit and in limits.</param>
    /// <param name="grants">What it may do.</param>
    public static ClaimsPrincipal Principal(string scheme, string name, IEnumerable<Grant> grants) =>
        new(new ClaimsIdentity(
            grants.Select(grant => new Claim(ClaimType, $"{grant}")).Prepend(new Claim(NameType, name)), scheme,
            NameType, roleType: null));

    /// <summary>The grants of a caller; none if nobody is known.</summary>
    public static IEnumerable<Grant> Of(ClaimsPrincipal caller) =>
        All(caller.FindAll(ClaimType).Select(claim => claim.Value));

    /// <summary>The grants of some texts. Those that are none are left out.</summary>
    public static IEnumerable<Grant> All(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            if (TryParse(text, out var grant))
            {
                yield return grant;
            }
        }
    }

    /// <summary>Whether a caller may do what needs a role.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The role that the operation needs.</param>
    /// <param name="registry">The registry that it is about; null if it is about none.</param>
    /// <param name="wholeCluster">Whether a grant for one registry is not enough where none is named.</param>
    public static bool Allows(ClaimsPrincipal caller, AccessRole needed, string? registry, bool wholeCluster) =>
        Of(caller).Any(grant => grant.Includes(needed)
            && (grant.Registry is null || (registry is null ? !wholeCluster : grant.Registry == registry)));

    // A worker is no lesser viewer: its key lies on many machines, and it needs the feed alone.
    private bool Includes(AccessRole needed) => Role == AccessRole.Admin || Role == needed
        || (Role == AccessRole.Operator && needed == AccessRole.Viewer);
}
