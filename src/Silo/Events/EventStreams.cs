using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EndpointSync.Core;
using EndpointSync.Grains.Events;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EndpointSync.Silo.Events;

/// <summary>
/// Writes events to those who watch. The blocks are made once for all watchers, and comments keep the connection open,
/// which the framework's own result for server-sent events does not do.
/// </summary>
internal sealed partial class EventStreams(
    RegistryMap<RegistryEvents> registries, SiloDrain drain, TimeProvider clock,
    ILogger<EventStreams> logger)
{
    public const string MediaType = "text/event-stream";

    // Each has a connection, and the workers need theirs.
    private const int MostStreams = 5_000;

    // Proxies end connections that are silent for 30 or 60 seconds.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // How long a stream goes on with a credential that is no longer valid.
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(5);

    // A watcher that takes nothing for so long is gone, or holds the connection for nothing.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    // So that not all come at once to the next silo when this one stops.
    private const int ShortestRetry = 500;
    private const int LongestRetry = 2_000;

    private const int FlushEvery = 64 * 1024;

    /// <summary>Writes events until the watcher goes, the silo stops, or the credential ends.</summary>
    /// <param name="http">The request.</param>
    /// <param name="events">The events of the registry.</param>
    /// <param name="after">The place to go on from; null for events from now on.</param>
    /// <returns>Why there is no stream; an empty result after one.</returns>
    public async Task<IResult> RunAsync(HttpContext http, RegistryEvents events, EventCursor? after)
    {
        if (registries.All.Sum(one => one.Watchers) >= MostStreams)
        {
            http.Response.Headers.RetryAfter = "5";
            return ProblemTypes.TooManyWatchers.Answer(
                $"This silo has {MostStreams} event streams open. Ask another silo, or try again in 5 s.");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, drain.Ended);
        using var watcher = await events.WatchAsync(after, http.RequestAborted);
        Open(http.Response);
        var retry = Random.Shared.Next(ShortestRetry, LongestRetry);
        var isTaken = await SendAsync(http, Bytes($"retry: {retry}\nid: {watcher.Position}\n\n"));
        var reason = isTaken ? await FollowAsync(http, watcher, ended.Token) : null;
        if (reason is null)
        {
            LogDropped(http.User.Identity?.Name, events.Registry, WriteTimeout, $"{watcher.Position}");
        }
        else
        {
            await SendAsync(http, Comment(reason));
        }

        return TypedResults.Empty;
    }

    // Neither the server nor a proxy keeps events back, and a silent stream is no slow one.
    private static void Open(HttpResponse response)
    {
        response.ContentType = MediaType;
        response.Headers["X-Accel-Buffering"] = "no";
        var features = response.HttpContext.Features;
        features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    // Returns why the stream ends; null if the watcher does not take it.
    private async Task<string?> FollowAsync(HttpContext http, EventWatcher watcher, CancellationToken ended)
    {
        var (sent, isChecked) = (clock.GetTimestamp(), clock.GetTimestamp());
        while (true)
        {
            IReadOnlyList<RegistryEvent> found = [];
            try
            {
                found = await watcher.NextAsync(BetweenChecks, ended);
            }
            catch (Exception) when (!ended.IsCancellationRequested)
            {
                return "the events cannot be read now; come back with the last id";
            }
            catch (Exception)
            {
                // The end is told below.
            }

            if (ended.IsCancellationRequested)
            {
                return "this silo stops; come back to another one with the last id";
            }

            if (clock.GetElapsedTime(isChecked) >= BetweenChecks)
            {
                if (!await http.IsStillEnoughAsync())
                {
                    return "the credential is not valid any more";
                }

                isChecked = clock.GetTimestamp();
            }

            if (found.Count == 0 && clock.GetElapsedTime(sent) < Heartbeat)
            {
                continue;
            }

            sent = clock.GetTimestamp();
            if (!await SendAsync(http, found.Count == 0 ? [Comment("still here")] : found.Select(one => one.Block)))
            {
                return null;
            }
        }
    }

    private static ReadOnlyMemory<byte> Comment(string text) => Bytes($": {text}\n\n");

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private Task<bool> SendAsync(HttpContext http, ReadOnlyMemory<byte> block) => SendAsync(http, [block]);

    private async Task<bool> SendAsync(HttpContext http, IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        using var timeout = new CancellationTokenSource(WriteTimeout, clock);
        var output = http.Response.BodyWriter;
        foreach (var block in blocks)
        {
            output.Write(block.Span);
            if (output.UnflushedBytes > FlushEvery && !await FlushAsync(output, timeout.Token))
            {
                return false;
            }
        }

        return await FlushAsync(output, timeout.Token);
    }

    // The server ends the connection when a flush is cancelled. It may say so by an exception, or not at all.
    private static async Task<bool> FlushAsync(PipeWriter output, CancellationToken timeout)
    {
        try
        {
            await output.FlushAsync(timeout);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            return false;
        }

        return !timeout.IsCancellationRequested;
    }

    [LoggerMessage(
        1145, LogLevel.Information,
        "Ended the event stream of {Principal} in {Registry}: it took nothing for {Timeout}. It may come back and go "
        + "on after {Position}")]
    private partial void LogDropped(string? principal, string registry, TimeSpan timeout, string position);
}
