using System.ComponentModel;
using EndpointSync.Core;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace EndpointSync.Silo.Api;

/// <summary>Shows a registry's versions, the routes of each, and what differs between two.</summary>
internal static class HistoryApi
{
    public static void MapHistory(this RouteGroupBuilder registries)
    {
        registries.MapRead("/{registry}/routes", RoutesAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/versions", VersionsAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/versions/{version:long}", VersionAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/diff", DiffAsync).RequireRole(AccessRole.Viewer);
    }

    [EndpointName("listRoutes")]
    [EndpointSummary("The routes of a version, with the version's tag in ETag")]
    [ProducesResponseType<RouteList>(StatusCodes.Status200OK)]
    [ProducesResponseType(StatusCodes.Status304NotModified)]
    private static async Task<IResult> RoutesAsync(
        string registry,
        [Description("The version; the newest by default")] long? version,
        [Description(Paging.Cursor)] string? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, HttpContext http, CancellationToken cancellationToken)
    {
        if (Paging.Refuse(limit, (nameof(version), version)) is { } refused)
        {
            return refused;
        }

        var history = (await registries.ReadyAsync(registry, cancellationToken)).History;
        var table = await history.IdentifyAsync(Version(version), cancellationToken);
        return IsKnown(http, Tag(table))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(await history.ListRoutesAsync(
                table.Version, cursor, limit ?? Paging.DefaultLimit, cancellationToken));
    }

    [EndpointName("listVersions")]
    [EndpointSummary("The versions and what made them, newest first")]
    [ProducesResponseType<VersionPage>(StatusCodes.Status200OK)]
    private static async Task<IResult> VersionsAsync(
        string registry, [Description(Paging.Cursor)] long? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        Paging.Refuse(limit, (nameof(cursor), cursor)) is { } refused
            ? refused
            : TypedResults.Ok(await (await registries.ReadyAsync(registry, cancellationToken)).History.ListAsync(
                Version(cursor), limit ?? Paging.DefaultLimit, cancellationToken));

    [EndpointName("getVersion")]
    [EndpointSummary("A version, what made it, and which other writers led to it")]
    private static async Task<VersionDetails> VersionAsync(
        string registry, long version, RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        await (await registries.ReadyAsync(registry, cancellationToken)).History.FindAsync(
            new RouteVersion(version), cancellationToken);

    [EndpointName("diffVersions")]
    [EndpointSummary("The routes that differ between two versions")]
    [ProducesResponseType<RouteDiff>(StatusCodes.Status200OK)]
    [ProducesResponseType(StatusCodes.Status304NotModified)]
    private static async Task<IResult> DiffAsync(
        string registry,
        [Description("The first version; the one before the second by default")] long? from,
        [Description("The second version; the newest by default")] long? to,
        [Description(Paging.Cursor)] string? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, HttpContext http, CancellationToken cancellationToken)
    {
        if (Paging.Refuse(limit, (nameof(from), from), (nameof(to), to)) is { } refused)
        {
            return refused;
        }

        var history = (await registries.ReadyAsync(registry, cancellationToken)).History;
        var second = await history.IdentifyAsync(Version(to), cancellationToken);
        var first = from is { } given
            ? await history.IdentifyAsync(new RouteVersion(given), cancellationToken)
            : await history.IdentifyBeforeAsync(second.Version, cancellationToken);
        return IsKnown(http, $"{Tag(first)}-{Tag(second)}")
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(await history.DiffAsync(
                first.Version, second.Version, cursor, limit ?? Paging.DefaultLimit, cancellationToken));
    }

    private static RouteVersion? Version(long? version) => version is { } given ? new RouteVersion(given) : null;

    // A number alone does not tell: after a restored backup the database uses it again.
    private static string Tag(RouteTableId table) => $"{table.Version}-{table.Hash.High:x16}";

    // Sets the answer's tag, and says whether the caller has that answer already.
    private static bool IsKnown(HttpContext http, string tag)
    {
        var own = new EntityTagHeaderValue($"\"{tag}\"");
        http.Response.GetTypedHeaders().ETag = own;
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Compare(own, useStrongComparison: false) || known == EntityTagHeaderValue.Any);
    }
}
