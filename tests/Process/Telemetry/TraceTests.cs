using System.Collections.Concurrent;
using System.Text;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>What a real silo sends to a collector: this test is one, of OTLP over HTTP.</summary>
public sealed class TraceTests
{
    // Of the request, of its sync, and of a statement.
    private static readonly string[] Spans =
        ["POST /api/v1/registries/{registry}/reload", "\u0004sync", "endpointsync.registry", "db.query.text"];

    [Fact]
    public async Task A_reload_is_one_trace_from_its_request_over_the_sync_to_the_database()
    {
        var received = new ConcurrentQueue<(string Path, string Text)>();
        await using var collector = await CollectAsync(received);
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database);
        await using var silo = await SiloProcess.StartAsync(
            options with
            {
                Configuration = new Dictionary<string, string>(options.Configuration)
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                },
            },
            TestContext.Current.CancellationToken);
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");

        using var answer = await http.PostAsync(
            new Uri("api/v1/registries/openspp/reload", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);

        // A span has its trace's id as bytes. The spans of one trace need not come in one message.
        var id = Encoding.Latin1.GetString(Convert.FromHexString(trace));
        await Deadline.UntilAsync(
            () => Task.FromResult(Spans.All(part => received.Any(message => message.Path == "/v1/traces"
                && message.Text.Contains(id, StringComparison.Ordinal)
                && message.Text.Contains(part, StringComparison.Ordinal)))),
            "the spans of the request, of its sync and of its statements in the caller's trace");
        Assert.Contains(received, message => message.Text.Contains("silo-1", StringComparison.Ordinal));
        await Deadline.UntilAsync(
            () => Task.FromResult(received.Any(message => message.Path == "/v1/metrics"
                && message.Text.Contains("endpointsync.sync.duration", StringComparison.Ordinal))),
            "the metrics of the sync");
    }

    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<(string Path, string Text)> received)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue((request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }
}
