using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Pipelines;
using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;
using Microsoft.Net.Http.Headers;

namespace EndpointSync.Silo.Api;

/// <summary>
/// Writes answers to workers. A short one is made once for all workers that ask the same, because a new version wakes
/// thousands of them at once. A long one is streamed, compressed if the worker takes that, so that no worker's table is
/// ever whole in the silo's memory.
/// </summary>
internal sealed class FeedBodies(SiloUrls silos)
{
    private const int LongestKept = 64 * 1024;
    private const int FlushEvery = 64 * 1024;

    private readonly ConcurrentDictionary<(string Registry, bool IsNews, bool IsHeld), Kept> _kept = new();

    public async Task WriteAsync(HttpContext http, string registry, FeedAnswer answer)
    {
        http.Response.ContentType = FeedProtocol.MediaType;
        if (answer.From is not null && (answer.Delta is null || answer.Delta.Weight > LongestKept))
        {
            await StreamAsync(http, answer);
            return;
        }

        var body = Find(registry, answer);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private ReadOnlyMemory<byte> Find(string registry, FeedAnswer answer)
    {
        var urls = silos.All;
        var key = (registry, answer.From is not null, answer.IsHeld);
        if (_kept.TryGetValue(key, out var kept) && kept.Fits(answer, urls))
        {
            return kept.Body;
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new FeedWriter(bytes))
        {
            writer.Write(Head(answer, urls));
            foreach (var change in answer.Delta?.Changes ?? [])
            {
                writer.Write(FeedLine.Of(change));
            }
        }

        _kept[key] = kept = new Kept(answer, urls, bytes.WrittenMemory);
        return kept.Body;
    }

    private async Task StreamAsync(HttpContext http, FeedAnswer answer)
    {
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            await WriteAsync(http.Response.BodyWriter, answer, http.RequestAborted);
            return;
        }

        http.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
        var lines = PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteAsync(lines, answer, http.RequestAborted);
        await lines.CompleteAsync();
    }

    // A worker that reads slowly holds up its own answer and nothing else.
    private async Task WriteAsync(PipeWriter output, FeedAnswer answer, CancellationToken cancellationToken)
    {
        using var writer = new FeedWriter(output);
        writer.Write(Head(answer, silos.All));
        foreach (var line in Lines(answer))
        {
            writer.Write(line);
            if (output.UnflushedBytes > FlushEvery)
            {
                await output.FlushAsync(cancellationToken);
            }
        }

        await output.FlushAsync(cancellationToken);
    }

    private static IEnumerable<FeedLine> Lines(FeedAnswer answer) => answer.Delta is { } delta
        ? delta.Changes.Select(FeedLine.Of)
        : answer.Image.Routes.Select(FeedLine.Of);

    private static FeedHead Head(FeedAnswer answer, IReadOnlyList<string> urls) => new()
    {
        Protocol = FeedProtocol.Number,
        Version = answer.Image.Version.Value,
        Hash = answer.Image.Hash.ToString(),
        From = answer.From?.Value,
        Count = answer.From is null ? 0 : answer.Delta?.Changes.Count ?? answer.Image.Table.Count,
        Silos = urls,
        Stopping = answer.IsStopping,
        Watch = answer.IsWatched,
        Trace = answer.Trace,
    };

    private sealed record Kept(FeedAnswer Answer, IReadOnlyList<string> Silos, ReadOnlyMemory<byte> Body)
    {
        public bool Fits(FeedAnswer answer, IReadOnlyList<string> silos) =>
            ReferenceEquals(Answer.Image, answer.Image) && Answer.From == answer.From
            && Answer.IsStopping == answer.IsStopping && Answer.IsWatched == answer.IsWatched
            && Answer.Trace == answer.Trace && ReferenceEquals(Silos, silos);
    }
}
