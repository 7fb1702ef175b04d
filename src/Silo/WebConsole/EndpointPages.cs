using EndpointSync.Core;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Problems;
using EndpointSync.WebConsole.Registries;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The pages of endpoints and routes, and the edits of endpoints.</summary>
internal static class EndpointPages
{
    private static readonly EndpointEdit Restored = new() { Active = true };

    public static void MapEndpointPages(this RouteGroupBuilder registry)
    {
        registry.MapRead("/routes", RoutesAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/endpoints", ListAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/endpoints/new", New).RequireRole(AccessRole.Operator);
        registry.MapRead("/endpoints/{id:int}", ShowAsync).RequireRole(AccessRole.Viewer);
        registry.MapPost("/endpoints", AddAsync).RequireRole(AccessRole.Operator).AuditedAs("addEndpoint");
        registry.MapPost("/endpoints/{id:int}", SaveAsync).RequireRole(AccessRole.Operator)
            .AuditedAs("changeEndpoint");
        registry.MapPost("/endpoints/{id:int}/archive", ArchiveAsync).RequireRole(AccessRole.Operator)
            .AuditedAs("archiveEndpoint");
        registry.MapPost("/endpoints/{id:int}/restore", RestoreAsync).RequireRole(AccessRole.Operator)
            .AuditedAs("changeEndpoint");
    }

    private static async Task<IResult> RoutesAsync(
        string registry, long? version, string? cursor, RegistryMap<Registry> registries,
        CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var from = string.IsNullOrEmpty(cursor) ? null : cursor;
        return Page.Of<RoutesPage>(
            (nameof(RoutesPage.Registry), found.Name), (nameof(RoutesPage.Asked), version),
            (nameof(RoutesPage.Cursor), from),
            (nameof(RoutesPage.List), await found.History.ListRoutesAsync(
                version is { } one ? new RouteVersion(one) : null, from, Lists.PageSize, cancellationToken)));
    }

    private static async Task<IResult> ListAsync(
        string registry, int? cursor, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var list = await found.Endpoints.ListAsync(cursor, Lists.PageSize, cancellationToken);
        var rejected = await found.Status.QuarantinedAmongAsync(
            list.Endpoints.Select(endpoint => endpoint.Id), cancellationToken);
        return Page.Of<EndpointsPage>(
            (nameof(EndpointsPage.Registry), found.Name), (nameof(EndpointsPage.IsFirst), cursor is null),
            (nameof(EndpointsPage.Rejected), rejected.ToHashSet()),
            (nameof(EndpointsPage.List), list));
    }

    private static Page New(string registry, RegistryMap<Registry> registries) => Page.Of<EndpointPage>(
        (nameof(EndpointPage.Registry), registries.Get(registry).Name),
        (nameof(EndpointPage.Fields), new EndpointFields()));

    private static async Task<IResult> ShowAsync(
        string registry, int id, bool? saved, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return await found.Endpoints.FindAsync(id, cancellationToken) is { } endpoint
            ? Page.Of<EndpointPage>(
                (nameof(EndpointPage.Registry), found.Name),
                (nameof(EndpointPage.Fields), EndpointFields.Of(endpoint)),
                (nameof(EndpointPage.IsSaved), saved == true))
            : ProblemTypes.NoSuchEndpoint.Answer($"Registry '{found.Name}' has no endpoint {id}.");
    }

    private static async Task<IResult> AddAsync(
        string registry, RegistryMap<Registry> registries, HttpContext http, CancellationToken cancellationToken) =>
        Answer(
            await EndpointApi.AddAsync(registry, Sent(http), registries, http.Response, cancellationToken),
            registry, id: null, http);

    private static async Task<IResult> SaveAsync(
        string registry, int id, RegistryMap<Registry> registries, HttpContext http,
        CancellationToken cancellationToken) =>
        Answer(
            await EndpointApi.ChangeAsync(
                registry, id, Sent(http), Tag(http), registries, http.Response, cancellationToken),
            registry, id, http);

    private static async Task<IResult> ArchiveAsync(
        string registry, int id, RegistryMap<Registry> registries, HttpContext http,
        CancellationToken cancellationToken) =>
        Answer(
            await EndpointApi.ArchiveAsync(registry, id, Tag(http), registries, http.Response, cancellationToken),
            registry, id, http);

    private static async Task<IResult> RestoreAsync(
        string registry, int id, RegistryMap<Registry> registries, HttpContext http,
        CancellationToken cancellationToken) =>
        Answer(
            await EndpointApi.ChangeAsync(
                registry, id, Restored, Tag(http), registries, http.Response, cancellationToken),
            registry, id, http);

    private static string? Tag(HttpContext http) => http.Field("etag") is { } tag ? $"\"{tag}\"" : null;

    private static EndpointEdit Sent(HttpContext http) => new()
    {
        Name = http.Text("name"),
        RootPath = http.Text("rootPath"),
        App = http.Text("app"),
        Description = http.Text("description"),
    };

    // A refused edit shows what was sent, so that nobody has to type it again.
    private static IResult Answer(IResult answer, string registry, int? id, HttpContext http)
    {
        if (answer.ValueOf<EndpointView>() is { } endpoint)
        {
            return new Redirect(answer, $"/registries/{registry}/endpoints/{endpoint.Id}?saved=true");
        }

        if (http.Field("name") is null)
        {
            return answer;
        }

        var sent = Sent(http);
        return Page.After<EndpointPage>(
            answer, (nameof(EndpointPage.Registry), registry), (nameof(EndpointPage.Errors), answer.Errors()),
            (nameof(EndpointPage.Refusal), answer.Refusal()),
            (nameof(EndpointPage.Fields), new EndpointFields
            {
                Id = id,
                Name = sent.Name,
                RootPath = sent.RootPath,
                App = sent.App,
                Description = sent.Description,
                ETag = http.Field("etag"),
            }));
    }
}
