using System.Text.Json.Serialization;
using EndpointSync.Silo.Access;

namespace EndpointSync.Silo.Api;

/// <summary>The HTTP API of a silo: JSON in and out, problem details for every error.</summary>
internal static class ApiRegistration
{
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.Services.AddSingleton<FeedBodies>();
        // A request that cannot be read is answered with the reason, not with a bare 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
    }

    /// <summary>Maps GET, and HEAD as GET without the body.</summary>
    public static RouteHandlerBuilder MapRead(
        this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) =>
        endpoints.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    public static void MapApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseSameOriginOnly();
        app.UseAccess();
        var registries = app.MapGroup("/api/v1/registries");
        registries.MapRegistries();
        registries.MapGroup("/{registry}/feed").RequireRole(AccessRole.Worker).MapFeed();
        registries.MapGroup("/{registry}/endpoints").MapEndpoints();
        app.MapGroup("/api/v1/keys").RequireRoleInAllRegistries(AccessRole.Admin).MapKeys();
    }
}
