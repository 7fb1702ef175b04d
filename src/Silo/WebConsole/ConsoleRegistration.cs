using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.Silo.Audit;
using EndpointSync.WebConsole;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// The console at <c>/</c>: pages for people, rendered by the silo. They call the same operations as the API, with the
/// same roles, limits and audit.
/// </summary>
internal static class ConsoleRegistration
{
    private const string Forever = "public, max-age=31536000, immutable";

    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RegistrySummaries>();
        builder.Services.AddSingleton<PageRenderer>();
        builder.Services.AddSingleton<SessionOpener>();
        // Before those of the framework: the first one that can write does.
        builder.Services.AddSingleton<IProblemDetailsWriter, HtmlProblems>();
    }

    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        app.MapRead("/console/{file}", Asset).ExcludeFromDescription().AllowAnonymous();
        var all = app.MapGroup("").ExcludeFromDescription().WithMetadata(new ConsolePage("/sign-in"));
        all.MapGroup("").AllowAnonymous().AddEndpointFilter<FormGuard>().MapSignIn();
        var pages = all.MapGroup("");
        // The audit first, so that it has the refused forms too.
        pages.AddEndpointFilter<AuditFilter>();
        pages.AddEndpointFilter<FormGuard>();
        pages.MapSignOut();
        pages.MapFleet();
        var registry = pages.MapGroup("/registries/{registry}");
        registry.MapRegistryPages();
        registry.MapEndpointPages();
        registry.MapHistoryPages();
        registry.MapPinPages();
        pages.MapGroup("/audit").RequireRoleInAllRegistries(AccessRole.Admin).MapAuditPage();
        pages.MapGroup("/keys").RequireRoleInAllRegistries(AccessRole.Admin).MapKeyPages();
    }

    private static Results<FileContentHttpResult, NotFound> Asset(string file, HttpContext http)
    {
        var asset = ConsoleAssets.All.FirstOrDefault(asset => asset.Address == $"console/{file}");
        if (asset is null)
        {
            return TypedResults.NotFound();
        }

        http.Response.Headers.CacheControl = Forever;
        return TypedResults.File(asset.Content.ToArray(), asset.MediaType);
    }
}
