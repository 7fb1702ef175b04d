using EndpointSync.Worker;
using EndpointSync.Worker.Yarp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Tests.Worker;

/// <summary>The code that docs/how-to/workers.md shows, compiled.</summary>
internal static class PageSample
{
    public static void Run(string[] args)
    {
        // Page begins.
        var builder = WebApplication.CreateBuilder(args);
        builder.AddEndpointSync("openspp");
        builder.AddEndpointSyncForwarding();

        var app = builder.Build();
        app.MapHealthChecks("/health/ready");
        app.MapSyncedEndpoints(apps =>
        {
            apps.Map(
                "api_v2", (HttpContext http) => http.Response.WriteAsync($"version {http.GetSyncedRoute()!.Version}"));
            apps.Map("registry_api", (int id, int page = 1) => $"individual {id}, page {page}").RequireAuthorization();
            apps.MapForwarder("dci_api", "http://127.0.0.1:9000");
            apps.MapFallback((HttpContext http) => Results.NotFound());
        });
        app.Run();
        // Page ends.
    }
}
