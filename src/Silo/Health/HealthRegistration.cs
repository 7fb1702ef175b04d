using EndpointSync.Silo.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Two health endpoints for supervisors. Live checks only the process itself, so that a database outage restarts no
/// silo. Ready reports whether the silo can do its work.
/// </summary>
internal static class HealthRegistration
{
    private const string Ready = "ready";

    public static void AddSiloHealth(this WebApplicationBuilder builder, SiloSettings settings)
    {
        var checks = builder.Services.AddHealthChecks()
            .AddCheck<SiloCheck>("silo", tags: [Ready])
            .AddCheck<ClockCheck>("clock", tags: [Ready])
            .AddCheck<RegistriesCheck>("registries", tags: [Ready])
            .AddCheck<RoutesCheck>("routes", tags: [Ready]);
        if (settings.Cluster.Tls.IsConfigured)
        {
            checks.AddCheck<CertificateCheck>("certificate", tags: [Ready]);
        }

        if (settings.Http.Certificate is not null)
        {
            checks.AddCheck<HttpsCheck>("https", tags: [Ready]);
        }
    }

    public static void MapSiloHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks(
            "/health/ready",
            new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync })
            .AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), entry.Value.Description, entry.Value.Data }),
    });
}
