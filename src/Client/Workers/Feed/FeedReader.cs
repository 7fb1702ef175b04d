using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>Makes the next image of what a silo has: from the changes where they fit, from all routes where they do not.</summary>
internal sealed partial class FeedReader(WorkerIdentity worker, FeedCalls calls, ILogger<FeedReader> logger)
{
    /// <summary>The image that the feed leads to, with the changes if they alone led there; null if the silo has nothing newer.</summary>
    /// <exception cref="RouteImageException">What the silo has contradicts itself, even when it is read in full.</exception>
    public async Task<Reading?> ReadAsync(RouteFeed news, RouteImage own, CancellationToken cancellationToken)
    {
        if (news.Newest <= own.Version)
        {
            return null;
        }

        return Apply(news.Delta, own) ?? new Reading(await ReadAllAsync(own, cancellationToken), null);
    }

    /// <summary>The newest version of a silo, read in full.</summary>
    /// <exception cref="RouteImageException">The routes are not what their hash says.</exception>
    public async Task<RouteImage> ReadAllAsync(RouteImage own, CancellationToken cancellationToken)
    {
        while (true)
        {
            var first = (await calls.PageAsync(RouteVersion.None, 0, cancellationToken))!;
            if (await ReadRestAsync(first, cancellationToken) is { } routes)
            {
                return first.Version < own.Version ? own : own.Replace(first.Version, first.Hash, routes);
            }
        }
    }

    private Reading? Apply(RouteDelta? delta, RouteImage own)
    {
        if (delta is null || delta.To < own.Version || (delta.From != own.Version && delta.From != RouteVersion.None))
        {
            return null;
        }

        try
        {
            return delta.From == RouteVersion.None
                ? new Reading(own.Replace(delta.To, delta.Hash, [.. delta.Changes.Select(change => change.Route).OfType<PublishedRoute>()]), null)
                : new Reading(own.Apply(delta), delta.Changes);
        }
        catch (RouteImageException misfit)
        {
            LogMisfit(delta.To, worker.Registry, misfit.Message);
            return null;
        }
    }

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
                throw new RouteImageException($"Version {first.Version} has {first.Count} routes, and the silo gave {routes.Count}.");
            }

            routes.AddRange(page.Routes);
        }

        return routes;
    }

    [LoggerMessage(3104, LogLevel.Warning, "The changes that lead to version {Version} of {Registry} do not fit: {Reason} The version is read in full")]
    private partial void LogMisfit(RouteVersion version, string registry, string reason);
}
