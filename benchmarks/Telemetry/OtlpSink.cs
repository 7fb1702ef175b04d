using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Bench.Telemetry;

/// <summary>A collector on loopback that takes everything and keeps nothing but how much it was.</summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    private readonly WebApplication _server;
    private long _bytes;

    private OtlpSink(WebApplication server) => _server = server;

    /// <summary>How much has come in.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The keys of a process that sends to it.</summary>
    public Dictionary<string, string> Keys => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public static async Task<OtlpSink> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new OtlpSink(builder.Build());
        sink._server.MapPost("/v1/{signal}", sink.TakeAsync);
        await sink._server.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        Interlocked.Add(ref _bytes, http.Request.ContentLength ?? 0);
        await http.Request.Body.CopyToAsync(Stream.Null);
    }
}
