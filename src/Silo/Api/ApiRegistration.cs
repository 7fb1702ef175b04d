using System.Text.Json.Serialization;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Hosting;

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
        app.UseSecurityHeaders();
        app.UseTrustedProxies(app.Services.GetRequiredService<HttpSettings>());
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseSameOriginOnly();
        app.UseRequiredKey();
        var registries = app.MapGroup("/api/v1/registries");
        registries.MapRegistries();
        registries.MapGroup("/{registry}/feed").WithMetadata(WorkerAccess.Granted).MapFeed();
        registries.MapGroup("/{registry}/endpoints").MapEndpoints();
    }
}
