using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>
/// Makes the next image from a silo's table: from the changes if they fit, and from all routes otherwise.
/// </summary>
internal sealed partial class FeedReader(WorkerIdentity worker, FeedCalls calls, ILogger<FeedReader> logger)
{
    /// <summary>
    /// Reads the silo's image, with the changes if it was made from them alone; null if the silo has nothing new.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The silo's routes do not match their hash, even when read in full.
    /// </exception>
    public async Task<Reading?> ReadAsync(RouteFeed news, RouteImage own, CancellationToken cancellationToken)
    {
        // The same number with another hash is another table: a backup was restored, and the number was reused.
        if (news.Newest.Version < own.Version || news.Newest == own.TableId)
        {
            return null;
        }

        return Apply(news.Delta, own) ?? new Reading(await ReadAllAsync(own, cancellationToken), null);
    }

    /// <summary>Reads a silo's newest version in full.</summary>
    /// <exception cref="InvalidDataException">The routes do not match their hash.</exception>
    public async Task<RouteImage> ReadAllAsync(RouteImage own, CancellationToken cancellationToken)
    {
        while (true)
        {
            var first = (await calls.PageAsync(RouteVersion.None, 0, cancellationToken))!;
            if (await ReadRestAsync(first, cancellationToken) is { } routes)
            {
                return first.Version < own.Version ? own : Replace(own, first.Version, first.Hash, routes);
            }
        }
    }

    private Reading? Apply(RouteDelta? delta, RouteImage own)
    {
        if (delta is null || delta.To < own.Version || (delta.From != own.Version && delta.From != RouteVersion.None))
        {
            return null;
        }

        if (delta.From == RouteVersion.None
            ? own.TryReplace(
                delta.To, delta.Hash, [.. delta.Changes.Select(change => change.Route).OfType<PublishedRoute>()],
                out var next, out var reason)
            : own.TryApply(delta, out next, out reason))
        {
            return new Reading(next, delta.From == own.Version ? delta.Changes : null);
        }

        LogHashMismatch(delta.To, worker.Registry, reason);
        return null;
    }

    private static RouteImage Replace(
        RouteImage own, RouteVersion version, ContentHash hash, List<PublishedRoute> routes) =>
        own.TryReplace(version, hash, routes, out var image, out var reason)
            ? image
            : throw new InvalidDataException($"Read in full, {reason}.");

    private async Task<List<PublishedRoute>?> ReadRestAsync(RoutePage first, CancellationToken cancellationToken)
    {
        List<PublishedRoute> routes = [.. first.Routes];
        while (routes.Count < first.Count)
        {
            var page = await calls.PageAsync(first.Version, routes.Count, cancellationToken);
            if (page is null)
            {
                return null;
            }

            if (page.Routes.Count == 0)
            {
                throw new InvalidDataException(
                    $"Version {first.Version} has {first.Count} routes, but the silo sent {routes.Count}.");
            }

            routes.AddRange(page.Routes);
        }

        return routes;
    }

    [LoggerMessage(
        3104, LogLevel.Warning,
        "The changes to version {Version} of {Registry} do not fit: {Reason}. The worker reads the version in full")]
    private partial void LogHashMismatch(RouteVersion version, string registry, LogText reason);
}
