using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>Makes the next image of what a silo has: from the changes where they fit, from all routes where they do not.</summary>
internal sealed partial class FeedReader(WorkerIdentity worker, FeedCalls calls, ILogger<FeedReader> logger)
{
    /// <summary>The image that the feed leads to, with the changes if they alone led there; null if the silo has nothing that is new.</summary>
    /// <exception cref="InvalidDataException">What the silo has contradicts itself, even when it is read in full.</exception>
    public async Task<Reading?> ReadAsync(RouteFeed news, RouteImage own, CancellationToken cancellationToken)
    {
        // The same number with another hash is another table: a backup was restored, and the number given out again.
        if (news.Newest.Version < own.Version || news.Newest == own.Stamp)
        {
            return null;
        }

        return Apply(news.Delta, own) ?? new Reading(await ReadAllAsync(own, cancellationToken), null);
    }

    /// <summary>The newest version of a silo, read in full.</summary>
    /// <exception cref="InvalidDataException">The routes are not what their hash says.</exception>
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
            ? own.TryReplace(delta.To, delta.Hash, [.. delta.Changes.Select(change => change.Route).OfType<PublishedRoute>()], out var next, out var reason)
            : own.TryApply(delta, out next, out reason))
        {
            return new Reading(next, delta.From == own.Version ? delta.Changes : null);
        }

        LogMisfit(delta.To, worker.Registry, reason);
        return null;
    }

    private static RouteImage Replace(RouteImage own, RouteVersion version, ContentHash hash, List<PublishedRoute> routes) =>
        own.TryReplace(version, hash, routes, out var image, out var reason) ? image : throw new InvalidDataException($"Read in full, {reason}.");

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
                throw new InvalidDataException($"Version {first.Version} has {first.Count} routes, and the silo gave {routes.Count}.");
            }

            routes.AddRange(page.Routes);
        }

        return routes;
    }

    [LoggerMessage(3104, LogLevel.Warning, "The changes that lead to version {Version} of {Registry} do not fit: {Reason}. The version is read in full")]
    private partial void LogMisfit(RouteVersion version, string registry, string reason);
}
