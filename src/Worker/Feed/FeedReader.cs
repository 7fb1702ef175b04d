using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// Makes the next image from a silo's answer: from the changes if they fit, and from all routes otherwise.
/// </summary>
internal sealed partial class FeedReader(WorkerIdentity worker, FeedCalls calls, ILogger<FeedReader> logger)
{
    /// <summary>
    /// Reads the silo's image, with the changes if it was made from them alone; null if the silo has nothing new.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The silo's routes do not match their hash, even when read in full.
    /// </exception>
    public async Task<Reading?> ReadAsync(
        News news, WorkerReport report, RouteImage own, CancellationToken cancellationToken)
    {
        // The same number with another hash is another table: a backup was restored, and the number was reused.
        if (news.Newest.Version < own.Version || news.Newest == own.TableId)
        {
            return null;
        }

        return news.Delta is not { } delta ? null
            : delta.From == RouteVersion.None ? Replace(delta, own)
            : Apply(delta, own) ?? await ReadAllAsync(report, own, cancellationToken);
    }

    // Whoever has no table gets a whole one.
    private async Task<Reading?> ReadAllAsync(
        WorkerReport report, RouteImage own, CancellationToken cancellationToken)
    {
        var whole = await calls.NextAsync(report with { Has = default }, TimeSpan.Zero, cancellationToken);
        return whole.Delta is { } routes && routes.To >= own.Version ? Replace(routes, own) : null;
    }

    private Reading? Apply(RouteDelta delta, RouteImage own)
    {
        if (delta.From != own.Version)
        {
            return null;
        }

        if (own.TryApply(delta, out var next, out var reason))
        {
            return new Reading(next, delta.Changes);
        }

        LogHashMismatch(delta.To, worker.Registry, reason);
        return null;
    }

    private static Reading Replace(RouteDelta whole, RouteImage own) =>
        own.TryReplace(
            whole.To, whole.Hash, [.. whole.Changes.Select(change => change.Route).OfType<PublishedRoute>()],
            out var image, out var reason)
            ? new Reading(image, null)
            : throw new InvalidDataException($"Read in full, {reason}.");

    [LoggerMessage(
        3104, LogLevel.Warning,
        "The changes to version {Version} of {Registry} do not fit: {Reason}. The worker reads the version in full")]
    private partial void LogHashMismatch(RouteVersion version, string registry, LogText reason);
}
