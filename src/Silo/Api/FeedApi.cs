using System.ComponentModel;
using EndpointSync.Grains.Publishing;
using EndpointSync.Silo.Problems;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Gives workers the routes of a registry. docs/worker-protocol.md specifies it.</summary>
internal static class FeedApi
{
    public static void MapFeed(this RouteGroupBuilder feed)
    {
        feed.MapGet("/", NextAsync);
        feed.MapGet("/newest", NewestAsync);
    }

    [EndpointName("readFeed")]
    [EndpointSummary("What is new to a worker, as docs/worker-protocol.md specifies it")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, FeedProtocol.MediaType)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    private static async Task<IResult> NextAsync(
        string registry, [AsParameters] FeedQuestion question, WorkerFeed feed, FeedBodies bodies, HttpContext http)
    {
        if (question.Leave)
        {
            feed.Leave(registry, question.Worker);
            return TypedResults.NoContent();
        }

        if (!question.TryRead(out var report, out var timeout, out var errors))
        {
            return ProblemTypes.Invalid(errors);
        }

        if (await feed.NextAsync(registry, report, timeout, http.RequestAborted) is not { } answer)
        {
            return Unavailable(registry, feed);
        }

        await bodies.WriteAsync(http, registry, answer);
        return TypedResults.Empty;
    }

    [EndpointName("getNewestVersion")]
    [EndpointSummary("The number of the newest version that a ring is given")]
    [ProducesResponseType<FeedNewest>(StatusCodes.Status200OK)]
    private static async Task<IResult> NewestAsync(
        string registry, [Description("The worker's ring; rest if it has none")] string? ring, WorkerFeed feed,
        CancellationToken cancellationToken) =>
        await feed.NewestAsync(registry, ring ?? WorkerRing.Default, cancellationToken) is { } newest
            ? TypedResults.Json(new FeedNewest(newest.Value), FeedJson.Default.FeedNewest)
            : Unavailable(registry, feed);

    private static ProblemHttpResult Unavailable(string registry, WorkerFeed feed) => ProblemTypes.NoRoutesYet.Answer(
        $"This silo has no routes of '{registry}' yet: {feed.Problem(registry)}. Every poll tries again.");
}
