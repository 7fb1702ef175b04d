using System.Collections.Concurrent;
using EndpointSync.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>A collector of OTLP over HTTP, which keeps the spans and metrics that it receives.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentQueue<MetricPoint> _points = new();

    private Collector(WebApplication server) => _server = server;

    /// <summary>The environment of a process that sends to it soon.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>The points of every metric so far.</summary>
    public IReadOnlyCollection<MetricPoint> Points => _points;

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._server.MapPost(
            "/v1/traces", request => ReceiveAsync(request, body => body.Spans().ForEach(collector._spans.Enqueue)));
        collector._server.MapPost(
            "/v1/metrics",
            request => ReceiveAsync(request, body => body.Points().ForEach(collector._points.Enqueue)));
        await collector._server.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Waits for a span.</summary>
    /// <returns>The first one.</returns>
    public async Task<Span> SpanAsync(string what, Func<Span, bool> isWanted)
    {
        await Deadline.UntilAsync(
            () => Task.FromResult(_spans.Any(isWanted)),
            $"the span {what} among {string.Join(", ", _spans.Select(span => span.ToString()).Distinct())}");
        return _spans.First(isWanted);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext http, Action<ExportRequest> keep)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        keep(new ExportRequest(new ProtobufFields(body.ToArray())));
    }
}
