using EndpointSync.Core;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Answers workers for this silo. One message of a worker is its acknowledgement, its sign of life, its subscription
/// and its way to catch up.
/// </summary>
internal sealed class WorkerFeed(
    RegistryMap<PublishedRegistry> registries, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    // How long the database may take to return the newest version. The request that causes the query waits no longer
    // either.
    private static readonly TimeSpan NewestTimeout = TimeSpan.FromSeconds(1);

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
        published.Workers.Renew(report);
        await WhenNewAsync(published, report.Has, timeout, cancellationToken);
        return published.Routes.From(report.Has) is ({ } image, var delta) ? Compare(image, delta, report.Has) : null;
    }

    /// <summary>Removes a worker that stops; it is no longer counted.</summary>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    public void Leave(string registry, Guid worker) => registries.Get(registry).Workers.Remove(worker);

    /// <summary>
    /// The newest version, read from the database; while the database does not answer, the newest version that the silo
    /// knows. Null if it has no routes yet.
    /// </summary>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    // A worker that asks may have missed a version, and so may this silo. So the silo catches up too.
    public async Task<RouteVersion?> NewestAsync(string registry, CancellationToken cancellationToken)
    {
        var routes = registries.Get(registry).Routes;
        try
        {
            var newest = await routes.NewestAsync(cancellationToken).WaitAsync(NewestTimeout, clock, cancellationToken);
            if (newest != routes.Image?.TableId)
            {
                routes.CatchUpAsync(CancellationToken.None).Ignore();
            }

            return newest.Version > routes.Version ? newest.Version : routes.Version;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return routes.Image?.Version;
        }
    }

    /// <summary>Why the silo has no routes.</summary>
    public string Problem(string registry) => registries.Get(registry).Routes.Problem ?? "it is starting";

    private FeedAnswer Compare(RouteImage image, RouteDelta? delta, RouteTableId known)
    {
        var isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        // A worker without a table takes an empty one too: it then knows that the registry has no routes.
        var isNews = image.Version >= known.Version
            && (image.TableId != known || known.Version == RouteVersion.None);
        return !isNews
            ? new FeedAnswer(image, null, null, isStopping)
            : new FeedAnswer(image, delta?.From ?? RouteVersion.None, delta, isStopping);
    }

    // A worker with a newer version got it from another silo, so this silo polls; or the database has lost it.
    private async Task WhenNewAsync(
        PublishedRegistry registry, RouteTableId known, TimeSpan timeout, CancellationToken cancellationToken)
    {
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
            var left = timeout - clock.GetElapsedTime(begun);
            if (registry.Routes.Version > known.Version || left <= TimeSpan.Zero || ended.IsCancellationRequested)
            {
                break;
            }

            await changed.WaitAsync(left, clock, ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
