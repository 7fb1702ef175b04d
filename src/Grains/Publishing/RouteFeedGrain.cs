using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Publishing;

/// <summary>Answers clients for the silo that it is on. The grain has no state: every answer is the silo's.</summary>
[GrainType(GrainTypes.RouteFeed), StatelessWorker(maxLocalWorkers: 1)]
internal sealed class RouteFeedGrain(
    RegistryMap<PublishedRegistry> registries, ConvergenceWatch convergence, LockWatch locks,
    IHostApplicationLifetime lifetime, TimeProvider clock)
    : Grain, IRouteFeedGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    // How long the database may take to return the newest version. The request that causes the query waits no longer
    // either.
    private static readonly TimeSpan NewestTimeout = TimeSpan.FromSeconds(1);

    // A stopping silo ends all waits. Workers that ask again before they find another silo must not ask without a
    // pause.
    private static readonly TimeSpan StoppingPause = TimeSpan.FromMilliseconds(200);

    private string Name => FeedProtocol.RegistryOf(this.GetPrimaryKeyString());

    private PublishedRegistry Registry => registries.Get(Name);

    public async Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default)
    {
        var registry = Registry;
        registry.Workers.Renew(report);
        await WhenNewAsync(registry, report.Has, cancellationToken);
        var (image, delta) = registry.Routes.From(report.Has.Version);
        return image is null ? throw Unavailable(registry) : new RouteFeed(image.TableId, delta);
    }

    public Task ReportAsync(WorkerReport report)
    {
        Registry.Workers.Renew(report);
        return Task.CompletedTask;
    }

    public Task LeaveAsync(Guid worker)
    {
        Registry.Workers.Remove(worker);
        return Task.CompletedTask;
    }

    public Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken = default)
    {
        var registry = Registry;
        return Task.FromResult(
            registry.Routes.Pages.Page(registry.Routes.Image ?? throw Unavailable(registry), version, offset));
    }

    // A worker that asks may have missed a version, and so may this silo. So the silo catches up too.
    public async Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default)
    {
        var routes = Registry.Routes;
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
            return routes.Version;
        }
    }

    public async Task<Convergence> ConvergeAsync(
        RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var registry = Registry.Routes.Registry;
        var answer = await convergence.WaitAsync(
            registry, version, waitFor, timeout < LongestWait ? timeout : LongestWait, cancellationToken);
        return answer.Reached || !lifetime.ApplicationStopping.IsCancellationRequested
            ? answer
            : throw Stopping();
    }

    public async Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await locks.UntilFreeAsync(Name, timeout < LongestWait ? timeout : LongestWait, cancellationToken)
        || (lifetime.ApplicationStopping.IsCancellationRequested ? throw Stopping() : false);

    // A worker with a newer version got it from another silo, so this silo polls; or the database has lost it.
    private async Task WhenNewAsync(PublishedRegistry registry, RouteTableId known, CancellationToken cancellationToken)
    {
        if (registry.Routes.Image is not { } served || LostVersions.IsLost(known, served.TableId))
        {
            registry.Routes.CheckReportedAsync(known, CancellationToken.None).Ignore();
        }

        var stopping = lifetime.ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, stopping.IsCancellationRequested ? default : stopping);
        var waited = Task.Delay(
            stopping.IsCancellationRequested ? StoppingPause : registry.Workers.LongestWait, clock, ended.Token);
        while (!waited.IsCompleted)
        {
            var changed = registry.Routes.Changed;
            if (registry.Routes.Image is { } image && image.Version > known.Version)
            {
                break;
            }

            await Task.WhenAny(changed, waited);
        }

        await ended.CancelAsync();
    }

    private static SiloUnavailableException Stopping() =>
        new("This silo is stopping, so it ended the wait. Ask again: another silo can answer.");

    private static RoutesUnavailableException Unavailable(PublishedRegistry registry) => new(
        $"This silo has no routes of '{registry.Routes.Registry}' yet: {registry.Routes.Problem ?? "it is starting"}. "
        + "Every poll tries again.");
}
