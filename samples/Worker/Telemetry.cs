using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace EndpointSync.SampleWorker;

/// <summary>
/// Sends what the worker measures to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, if there is one.
/// </summary>
internal static class Telemetry
{
    private const string Name = "EndpointSync";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(Name, "Microsoft.AspNetCore.Hosting"))
            .WithTracing(traces => traces.AddSource(Name).AddAspNetCoreInstrumentation())
            .UseOtlpExporter();
    }
}
