using System.ComponentModel;
using EndpointSync.Core;
using EndpointSync.Grains.Endpoints;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Idempotency;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>
/// Declares, changes, archives and deletes endpoints without SQL. Routes follow with the next reload.
/// </summary>
internal static class EndpointApi
{
    private static readonly EndpointEdit Archived = new() { Active = false };

    public static void MapEndpoints(this RouteGroupBuilder endpoints)
    {
        endpoints.MapRead("/", ListAsync).RequireRole(AccessRole.Viewer);
        endpoints.MapRead("/{id:int}", GetAsync).RequireRole(AccessRole.Viewer);
        endpoints.MapPost("/", AddAsync).RequireRole(AccessRole.Operator).Idempotent();
        endpoints.MapPatch("/{id:int}", ChangeAsync).RequireRole(AccessRole.Operator).Idempotent();
        endpoints.MapPost("/{id:int}/archive", ArchiveAsync).RequireRole(AccessRole.Operator).Idempotent();
        endpoints.MapDelete("/{id:int}", DeleteAsync).RequireRole(AccessRole.Operator).Idempotent();
    }

    [EndpointName("listEndpoints")]
    [EndpointSummary("The endpoints, archived ones included, in the order of their ids")]
    [ProducesResponseType<EndpointList>(StatusCodes.Status200OK)]
    private static async Task<IResult> ListAsync(
        string registry, [Description(Paging.Cursor)] int? cursor, [Description(Paging.Limit)] int? limit,
        RegistryMap<Registry> registries, CancellationToken cancellationToken) =>
        Paging.Refuse(limit) is { } refused
            ? refused
            : TypedResults.Ok(await (await registries.ReadyAsync(registry, cancellationToken)).Endpoints.ListAsync(
                cursor, limit ?? Paging.DefaultLimit, cancellationToken));

    [EndpointName("getEndpoint")]
    [EndpointSummary("An endpoint, with its tag in ETag")]
    [ProducesResponseType<EndpointView>(StatusCodes.Status200OK)]
    private static async Task<IResult> GetAsync(
        string registry, int id, RegistryMap<Registry> registries, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var endpoint = await (
            await registries.ReadyAsync(registry, cancellationToken)).Endpoints.FindAsync(id, cancellationToken);
        return endpoint is null ? Refused(EditRefusal.NotFound, registry, id) : Shown(response, endpoint);
    }

    [EndpointName("addEndpoint")]
    [EndpointSummary("Adds an endpoint; its routes follow with the next reload")]
    [ProducesResponseType<EndpointView>(StatusCodes.Status201Created)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static async Task<IResult> AddAsync(
        string registry, EndpointEdit draft, RegistryMap<Registry> registries, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var (edit, errors) = EndpointEditRules.CheckNew(draft);
        if (errors.Count > 0)
        {
            return ProblemTypes.Invalid(errors);
        }

        var result = await (
            await registries.ReadyAsync(registry, cancellationToken)).Endpoints.AddAsync(edit, cancellationToken);
        if (result.Refusal != EditRefusal.None)
        {
            return Refused(result.Refusal, registry, 0, result.Reason);
        }

        response.HttpContext.RecordChange($"{result.Endpoint!.Id}", before: null, result.Endpoint);
        response.Headers.ETag = Tag(result.Endpoint);
        return TypedResults.Created($"/api/v1/registries/{registry}/endpoints/{result.Endpoint.Id}", result.Endpoint);
    }

    [EndpointName("changeEndpoint")]
    [EndpointSummary("Changes the fields that are given")]
    [ProducesResponseType<EndpointView>(StatusCodes.Status200OK)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status412PreconditionFailed, "application/problem+json")]
    public static async Task<IResult> ChangeAsync(
        string registry, int id, EndpointEdit draft, [FromHeader(Name = "If-Match")] string? ifMatch,
        RegistryMap<Registry> registries, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var (edit, errors) = EndpointEditRules.CheckChange(draft);
        if (errors.Count > 0)
        {
            return ProblemTypes.Invalid(errors);
        }

        var result = await (await registries.ReadyAsync(registry, cancellationToken)).Endpoints.ChangeAsync(
            id, edit, Tag(ifMatch), cancellationToken);
        if (result.Refusal != EditRefusal.None)
        {
            return Refused(result.Refusal, registry, id, result.Reason);
        }

        response.HttpContext.RecordChange($"{id}", result.Before, result.Endpoint);
        return Shown(response, result.Endpoint!);
    }

    [EndpointName("archiveEndpoint")]
    [EndpointSummary("Takes an endpoint out of service and keeps it")]
    [ProducesResponseType<EndpointView>(StatusCodes.Status200OK)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status412PreconditionFailed, "application/problem+json")]
    public static Task<IResult> ArchiveAsync(
        string registry, int id, [FromHeader(Name = "If-Match")] string? ifMatch, RegistryMap<Registry> registries,
        HttpResponse response,
        CancellationToken cancellationToken) =>
        ChangeAsync(registry, id, Archived, ifMatch, registries, response, cancellationToken);

    [EndpointName("deleteEndpoint")]
    [EndpointSummary("Deletes an endpoint")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status412PreconditionFailed, "application/problem+json")]
    public static async Task<IResult> DeleteAsync(
        string registry, int id, [FromHeader(Name = "If-Match")] string? ifMatch, RegistryMap<Registry> registries,
        HttpContext http, CancellationToken cancellationToken)
    {
        var result = await (await registries.ReadyAsync(registry, cancellationToken)).Endpoints.DeleteAsync(
            id, Tag(ifMatch), cancellationToken);
        if (result.Refusal != EditRefusal.None)
        {
            return Refused(result.Refusal, registry, id);
        }

        http.RecordChange($"{id}", result.Before, after: null);
        return TypedResults.NoContent();
    }

    private static Ok<EndpointView> Shown(HttpResponse response, EndpointView endpoint)
    {
        response.Headers.ETag = Tag(endpoint);
        return TypedResults.Ok(endpoint);
    }

    private static string Tag(EndpointView endpoint) => $"\"{endpoint.ETag}\"";

    private static string? Tag(string? ifMatch) => ifMatch is null or "*" ? null : ifMatch.Trim('"');

    private static ProblemHttpResult Refused(EditRefusal refusal, string registry, int id, string? reason = null) =>
        refusal switch
        {
            EditRefusal.NotFound => ProblemTypes.NoSuchEndpoint.Answer(
                $"Registry '{registry}' has no endpoint {id}."),
            EditRefusal.ETagDiffers => ProblemTypes.EndpointEditedMeanwhile.Answer(
                $"Endpoint {id} has changed since the tag in If-Match was read. Nothing was changed. "
                + "Read the endpoint again, and repeat the edit if it still applies."),
            _ => ProblemTypes.RootPathTaken.Answer($"Nothing was changed: {reason}."),
        };
}
