using System.Text.Json.Serialization;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Audit;
using EndpointSync.Silo.Doctor;
using EndpointSync.Silo.Events;
using EndpointSync.Silo.Gateway;
using EndpointSync.Silo.Hosting;
using EndpointSync.Silo.Idempotency;
using EndpointSync.Silo.Problems;

namespace EndpointSync.Silo.Api;

/// <summary>The HTTP API of a silo: JSON in and out, problem details for every error.</summary>
internal static class ApiRegistration
{
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = NameType);
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.Services.AddSingleton<FeedBodies>();
        builder.Services.AddSingleton<EventStreams>();
        builder.Services.AddSingleton<ClusterGateways>();
        builder.Services.AddSingleton<SiloExam>();
        builder.Services.AddApiDocument();
        // A request that cannot be read is answered with the reason, not with a bare 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            // Numbers are numbers, so that the API's description names one type for each.
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
    }

    /// <summary>Maps GET, and HEAD as GET without the body.</summary>
    public static RouteHandlerBuilder MapRead(
        this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) =>
        endpoints.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    public static void MapApi(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseTrustedProxies(app.Services.GetRequiredService<HttpSettings>());
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseSameOriginOnly();
        app.UseRefusalAudit();
        app.UseAccess();
        app.UseIdempotency();
        app.MapOpenApi().RequireRole(AccessRole.Viewer);
        app.MapProblems();
        var api = app.MapGroup("/api/v1").RefusesWithProblem(
            StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests,
            StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable);
        api.AddEndpointFilter<AuditFilter>();
        var registries = api.MapGroup("/registries");
        registries.MapGroup("").WithTags("Registries").MapRegistries();
        registries.MapGroup("").WithTags("History").MapHistory();
        registries.MapGroup("").WithTags("Plans").MapPlans();
        registries.MapGroup("").WithTags("Pins").MapPins();
        registries.MapGroup("").WithTags("Rollouts").MapRollouts();
        registries.MapGroup("").WithTags("Matching").MapExplain();
        registries.MapGroup("").WithTags("Events").MapEvents();
        registries.MapGroup("/{registry}/feed").WithTags("Feed").RequireRole(AccessRole.Worker).MapFeed();
        registries.MapGroup("/{registry}/endpoints").WithTags("Endpoints").MapEndpoints();
        api.MapGroup("/gateways").WithTags("Gateways").RequireRole(AccessRole.Viewer).MapGateways();
        api.MapGroup("/keys").WithTags("Keys").RequireRoleInAllRegistries(AccessRole.Admin).MapKeys();
        api.MapGroup("/doctor").WithTags("Doctor").RequireRoleInAllRegistries(AccessRole.Viewer).MapDoctor();
        api.MapGroup("/audit").WithTags("Audit").RequireRoleInAllRegistries(AccessRole.Admin).MapAudit();
    }

    // What the server answers by itself has no type of ours, or has none at all.
    private static void NameType(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Type?.StartsWith(ProblemType.BasePath, StringComparison.Ordinal) != true)
        {
            problem.Type = ProblemTypes.OfServer(context.HttpContext.Response.StatusCode)?.Uri ?? "about:blank";
        }
    }

    // What every operation may answer. What one alone answers is said at its handler.
    private static RouteGroupBuilder RefusesWithProblem(this RouteGroupBuilder group, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            group.ProducesProblem(status);
        }

        return group;
    }
}
