using System.ComponentModel;
using EndpointSync.Core;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Shows what a reload would do.</summary>
internal static class PlanApi
{
    public static void MapPlans(this RouteGroupBuilder registries) =>
        registries.MapRead("/{registry}/plan", PlanAsync).RequireRole(AccessRole.Viewer);

    [EndpointName("planReload")]
    [EndpointSummary("What a reload would do now; nothing is written and no lock is taken")]
    [ProducesResponseType<RegistryPlan>(StatusCodes.Status200OK)]
    private static async Task<IResult> PlanAsync(
        string registry, [Description(Paging.Cursor)] string? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        Paging.Refuse(limit) is { } refused
            ? refused
            : TypedResults.Ok(await (await registries.ReadyAsync(registry, cancellationToken)).Plans.ReadAsync(
                cursor, limit ?? Paging.DefaultLimit, cancellationToken));
}
