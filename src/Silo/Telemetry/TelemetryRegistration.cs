using EndpointSync.Core;
using EndpointSync.Silo.Access;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EndpointSync.Silo.Telemetry;

/// <summary>
/// Metrics at <c>/metrics</c> for Prometheus; and, if the environment names a collector as OpenTelemetry specifies it
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>), metrics and traces to that.
/// </summary>
internal static class TelemetryRegistration
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "OTEL_SERVICE_NAME";
    private const string Sampler = "OTEL_TRACES_SAMPLER";

    private static readonly string[] Meters =
    [
        TelemetryNames.Source, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.Orleans", "Npgsql", "System.Runtime",
    ];

    private static readonly string[] Sources = [TelemetryNames.Source, "Npgsql", "Microsoft.Orleans.Application"];

    public static void AddTelemetry(this WebApplicationBuilder builder, string silo)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter());
        if (IsSet(builder, Collector))
        {
            telemetry
                .ConfigureResource(resource => resource.AddService(
                    IsSet(builder, ServiceName) ? builder.Configuration[ServiceName]! : "endpointsync",
                    serviceInstanceId: silo))
                .WithTracing(traces =>
                {
                    traces.AddSource(Sources).AddAspNetCoreInstrumentation(
                        options => options.Filter = http => !IsRoutine(http.Request.Path));
                    if (!IsSet(builder, Sampler))
                    {
                        traces.SetSampler(new ParentBasedSampler(new NoLoneStatements()));
                    }
                })
                .UseOtlpExporter();
            builder.UseOrleans(silo => silo.AddActivityPropagation());
        }
    }

    public static void MapTelemetry(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint().RequireRoleInAllRegistries(AccessRole.Viewer);

    // Long polls of workers, probes and scrapes come by the thousand an hour, and nobody asked for them.
    private static bool IsRoutine(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        || path.Value?.EndsWith("/feed", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsSet(WebApplicationBuilder builder, string variable) =>
        !string.IsNullOrWhiteSpace(builder.Configuration[variable]);
}
