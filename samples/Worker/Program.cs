using EndpointSync.Worker;
using EndpointSync.SampleWorker;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddEndpointSync(builder.Configuration["Registry"] ?? "openspp");
builder.AddStopWhenInputEnds();
builder.AddTelemetry();

await using var app = builder.Build();
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
app.MapSyncedEndpoints(apps =>
{
    apps.Map("api_v2", Answer.Of);
    apps.Map("dci_api", Answer.Of);
});
await app.RunAsync();
