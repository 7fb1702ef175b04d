using System.Security.Claims;
using EndpointSync.Core;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.WebConsole.Fleet;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The page of all registries.</summary>
internal static class FleetPages
{
    public static void MapFleet(this RouteGroupBuilder pages) =>
        pages.MapRead("/", FleetAsync).RequireRole(AccessRole.Viewer);

    private static async Task<IResult> FleetAsync(
        RegistryMap<Registry> registries, ClaimsPrincipal caller, RegistrySummaries summaries,
        CancellationToken cancellationToken)
    {
        var names = registries.All.Select(registry => registry.Name)
            .Where(name => Grant.Allows(caller, AccessRole.Viewer, name, wholeCluster: false))
            .Order(StringComparer.Ordinal);
        var read = await Task.WhenAll(names.Select(name => summaries.ReadAsync(name, cancellationToken)));
        return Page.Of<FleetPage>((nameof(FleetPage.Registries), read));
    }
}
