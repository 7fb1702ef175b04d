using System.ComponentModel;
using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Routing;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Says which rule answers a request, in each version that a silo or a worker serves, and why.</summary>
internal static class ExplainApi
{
    private const int LongestPath = 2_048;
    private const int LongestMethod = 32;

    public static void MapExplain(this RouteGroupBuilder registries)
    {
        registries.MapRead("/{registry}/explain", ExplainAsync).RequireRole(AccessRole.Viewer);
        registries.MapRead("/{registry}/overlaps", OverlapsAsync).RequireRole(AccessRole.Viewer);
    }

    [EndpointName("explainRequest")]
    [EndpointSummary("Which rule answers a request, and why others do not, in each version that somebody serves")]
    [ProducesResponseType<Explanation>(StatusCodes.Status200OK)]
    public static async Task<IResult> ExplainAsync(
        string registry,
        [Description("The target of the request, as a client sends it; at most 2048 characters")] string? path,
        [Description("The method of the request; GET by default")] string? method,
        [Description("Only this version")] long? version,
        RequestExplainer explainer, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        if (path is null || !path.StartsWith('/') || path.Length > LongestPath)
        {
            errors[nameof(path)] = [$"must begin with a slash and have at most {LongestPath} characters"];
        }

        if (method?.Length is 0 or > LongestMethod)
        {
            errors[nameof(method)] = [$"must have 1 to {LongestMethod} characters"];
        }

        if (version < 0)
        {
            errors[nameof(version)] = [$"'{version}' is negative"];
        }

        if (errors.Count > 0)
        {
            return ProblemTypes.Invalid(errors);
        }

        var found = await registries.ReadyAsync(registry, cancellationToken);
        var decoded = RequestPath.Decode(path, new char[path!.Length]).ToString();
        return TypedResults.Ok(await explainer.ExplainAsync(
            found, decoded, (method ?? HttpMethods.Get).ToUpperInvariant(),
            version is { } one ? new RouteVersion(one) : null, cancellationToken));
    }

    [EndpointName("listOverlaps")]
    [EndpointSummary("The rules of the newest version that compete, in the order of their keys")]
    [ProducesResponseType<OverlapList>(StatusCodes.Status200OK)]
    private static IResult OverlapsAsync(
        string registry,
        [Description(Paging.Cursor)] int? cursor, [Description(Paging.Limit)] int? limit,
        RequestExplainer explainer, RegistryMap<Registry> registries) =>
        Paging.Refuse(limit, (nameof(cursor), cursor)) is { } refused
            ? refused
            : TypedResults.Ok(explainer.ListOverlaps(
                registries.Get(registry).Name, cursor ?? 0, limit ?? Paging.DefaultLimit));
}
