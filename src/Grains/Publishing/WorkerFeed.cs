using EndpointSync.Core;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Answers workers for this silo. One message of a worker is its acknowledgement, its sign of life, its subscription
/// and its way to catch up.
/// </summary>
internal sealed class WorkerFeed(
    RegistryMap<PublishedRegistry> registries, IHostApplicationLifetime lifetime, FeedTelemetry telemetry,
    TimeProvider clock)
{
    // How long the database may take to return the newest version. The request that causes the query waits no longer
    // either.
    private static readonly TimeSpan NewestTimeout = TimeSpan.FromSeconds(1);

    // While a ring is watched, its workers report at least so often what they have answered. A little longer than what
    // a worker takes for an answer without a wait.
    private static readonly TimeSpan WatchedInterval = TimeSpan.FromMilliseconds(600);

    /// <summary>
    /// Takes a worker's report, and answers as soon as the silo serves a newer table than the worker has: at once, or
    /// after the timeout with nothing new. Each call renews the worker's lease. A worker whose lease ends is no longer
    /// counted.
    /// </summary>
    /// <returns>The answer; null if the silo has no routes yet.</returns>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public async Task<FeedAnswer?> NextAsync(
        string registry, WorkerReport report, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var published = registries.Get(registry);
        using var open = telemetry.Open(registry);
        if (published.Workers.Renew(report) && report.Version == published.Routes.Version)
        {
            telemetry.RecordLag(registry, clock.GetUtcNow() - published.Routes.Since);
        }

        await WhenNewAsync(published, report, timeout, cancellationToken);
        var hold = published.Routes.Hold;
        return published.Routes.From(report.Has, report.Ring) is ({ } image, var delta, var trace)
            ? Compare(image, delta, trace, report.Has) with
            {
                IsHeld = hold?.Held == image.TableId,
                IsWatched = hold is not null,
            }
            : null;
    }

    /// <summary>Removes a worker that stops; it is no longer counted.</summary>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public void Leave(string registry, Guid worker) => registries.Get(registry).Workers.Remove(worker);

    /// <summary>
    /// The newest version that a ring is given, read from the database; while the database does not answer, the newest
    /// version that the silo knows. Null if it has no routes yet.
    /// </summary>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    // A worker that asks may have missed a version, and so may this silo. So the silo catches up too.
    public async Task<RouteVersion?> NewestAsync(string registry, string ring, CancellationToken cancellationToken)
    {
        var routes = registries.Get(registry).Routes;
        telemetry.CountNewest(registry);
        try
        {
            var newest = await routes.NewestAsync(cancellationToken).WaitAsync(NewestTimeout, clock, cancellationToken);
            if (newest.Table != routes.Image?.TableId)
            {
                routes.CatchUpAsync(CancellationToken.None).Ignore();
            }

            var given = newest.Hold is { } hold && !hold.IsReached(ring) ? hold.Held.Version : newest.Table.Version;
            return given > routes.VersionOf(ring) ? given : routes.VersionOf(ring);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return routes.Image is null ? null : routes.VersionOf(ring);
        }
    }

    /// <summary>Why the silo has no routes.</summary>
    public string Problem(string registry) => registries.Get(registry).Routes.Problem ?? "it is starting";

    private FeedAnswer Compare(RouteImage image, RouteDelta? delta, string? trace, RouteTableId known)
    {
        var isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        // A worker without a table takes an empty one too: it then knows that the registry has no routes.
        var isNews = image.Version >= known.Version
            && (image.TableId != known || known.Version == RouteVersion.None);
        // A worker that starts takes no part in the reload that made the version.
        var followed = known.Version > RouteVersion.None ? trace : null;
        return !isNews
            ? new FeedAnswer(image, null, null, isStopping)
            : new FeedAnswer(image, delta?.From ?? RouteVersion.None, delta, isStopping, followed);
    }

    // A worker with a newer version got it from another silo, so this silo polls; or the database has lost it.
    private async Task WhenNewAsync(
        PublishedRegistry registry, WorkerReport report, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var known = report.Has;
        if (registry.Routes.Image is not { } served || LostVersions.IsLost(known, served.TableId))
        {
            registry.Routes.CheckReportedAsync(known, CancellationToken.None).Ignore();
        }

        var begun = clock.GetTimestamp();
        var longest = registry.Workers.LongestWait;
        timeout = timeout < longest ? timeout : longest;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, lifetime.ApplicationStopping);
        while (true)
        {
            var changed = registry.Routes.Changed;
            var longestNow = registry.Routes.Hold?.IsReached(report.Ring) == true && timeout > WatchedInterval
                ? WatchedInterval
                : timeout;
            var left = longestNow - clock.GetElapsedTime(begun);
            if (registry.Routes.VersionOf(report.Ring) > known.Version || left <= TimeSpan.Zero
                || ended.IsCancellationRequested)
            {
                break;
            }

            await changed.WaitAsync(left, clock, ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
