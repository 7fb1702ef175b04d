using EndpointSync.Worker;

var builder = WebApplication.CreateBuilder(args);
builder.AddEndpointSync("openspp");

var app = builder.Build();
app.MapHealthChecks("/health/ready");
app.MapSyncedEndpoints(apps =>
{
    apps.Map("api_v2", (HttpContext http) => $"version {http.GetSyncedRoute()!.Version}");
});
app.Run();
