using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Declares, changes, archives and deletes endpoints, so that nobody needs SQL for it. Routes follow with the next reload.</summary>
internal static class EndpointApi
{
    private static readonly EndpointEdit Archived = new() { Active = false };

    public static void MapEndpoints(this RouteGroupBuilder endpoints)
    {
        endpoints.MapGet("/", ListAsync);
        endpoints.MapGet("/{id:int}", GetAsync);
        endpoints.MapPost("/", AddAsync);
        endpoints.MapPatch("/{id:int}", ChangeAsync);
        endpoints.MapPost("/{id:int}/archive", ArchiveAsync);
        endpoints.MapDelete("/{id:int}", DeleteAsync);
    }

    private static async Task<IReadOnlyList<EndpointView>> ListAsync(string registry, RegistryCatalog catalog, CancellationToken cancellationToken) =>
        await (await catalog.ReadyAsync(registry, cancellationToken)).Endpoints.ListAsync(cancellationToken);

    private static async Task<IResult> GetAsync(string registry, int id, RegistryCatalog catalog, HttpResponse response, CancellationToken cancellationToken)
    {
        var endpoint = await (await catalog.ReadyAsync(registry, cancellationToken)).Endpoints.FindAsync(id, cancellationToken);
        return endpoint is null ? Refused(EditRefusal.NotFound, registry, id) : Shown(response, endpoint);
    }

    private static async Task<IResult> AddAsync(
        string registry, EndpointEdit draft, RegistryCatalog catalog, HttpResponse response, CancellationToken cancellationToken)
    {
        var (edit, errors) = EndpointEditRules.CheckNew(draft);
        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        var result = await (await catalog.ReadyAsync(registry, cancellationToken)).Endpoints.AddAsync(edit, cancellationToken);
        if (result.Refusal != EditRefusal.None)
        {
            return Refused(result.Refusal, registry, 0, result.Reason);
        }

        response.Headers.ETag = Tag(result.Endpoint!);
        return TypedResults.Created($"/api/registries/{registry}/endpoints/{result.Endpoint!.Id}", result.Endpoint);
    }

    private static async Task<IResult> ChangeAsync(
        string registry, int id, EndpointEdit draft, [FromHeader(Name = "If-Match")] string? ifMatch, RegistryCatalog catalog, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var (edit, errors) = EndpointEditRules.CheckChange(draft);
        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        var result = await (await catalog.ReadyAsync(registry, cancellationToken)).Endpoints.ChangeAsync(id, edit, Tag(ifMatch), cancellationToken);
        return result.Refusal == EditRefusal.None ? Shown(response, result.Endpoint!) : Refused(result.Refusal, registry, id, result.Reason);
    }

    private static Task<IResult> ArchiveAsync(
        string registry, int id, [FromHeader(Name = "If-Match")] string? ifMatch, RegistryCatalog catalog, HttpResponse response,
        CancellationToken cancellationToken) =>
        ChangeAsync(registry, id, Archived, ifMatch, catalog, response, cancellationToken);

    private static async Task<IResult> DeleteAsync(
        string registry, int id, [FromHeader(Name = "If-Match")] string? ifMatch, RegistryCatalog catalog, CancellationToken cancellationToken)
    {
        var refusal = await (await catalog.ReadyAsync(registry, cancellationToken)).Endpoints.DeleteAsync(id, Tag(ifMatch), cancellationToken);
        return refusal == EditRefusal.None ? TypedResults.NoContent() : Refused(refusal, registry, id);
    }

    private static Ok<EndpointView> Shown(HttpResponse response, EndpointView endpoint)
    {
        response.Headers.ETag = Tag(endpoint);
        return TypedResults.Ok(endpoint);
    }

    private static string Tag(EndpointView endpoint) => $"\"{endpoint.ETag}\"";

    private static string? Tag(string? ifMatch) => ifMatch is null or "*" ? null : ifMatch.Trim('"');

    private static ProblemHttpResult Refused(EditRefusal refusal, string registry, int id, string? reason = null) => refusal switch
    {
        EditRefusal.NotFound => TypedResults.Problem(
            title: "No such endpoint", detail: $"Registry '{registry}' has no endpoint {id}.", statusCode: StatusCodes.Status404NotFound),
        EditRefusal.ETagDiffers => TypedResults.Problem(
            title: "The endpoint was edited meanwhile",
            detail: $"Endpoint {id} is no longer as it was when the tag in If-Match was given out. Nothing was changed. Read it again, and repeat the edit if it still applies.",
            statusCode: StatusCodes.Status412PreconditionFailed),
        _ => TypedResults.Problem(title: "The root path is taken", detail: $"Nothing was changed: {reason}.", statusCode: StatusCodes.Status409Conflict),
    };
}
