using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Locks;
using EndpointSync.Publishing;
using Microsoft.Extensions.Hosting;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Publishing;

/// <summary>Answers clients for the silo that it is on. It has no state: what it says is the silo's.</summary>
[GrainType(OwnGrains.RouteFeed), StatelessWorker(maxLocalWorkers: 1)]
internal sealed class RouteFeedGrain(
    PublishedRegistries registries, ConvergenceWatch convergence, LockWatch locks, IHostApplicationLifetime lifetime, TimeProvider clock)
    : Grain, IRouteFeedGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    // For the database to say which version is the newest; the request behind the question waits no longer either.
    private static readonly TimeSpan NewestPatience = TimeSpan.FromSeconds(1);

    // A silo that stops lets go of everybody who waits; those who ask again before they have found another silo must not ask without a pause.
    private static readonly TimeSpan StoppingPause = TimeSpan.FromMilliseconds(200);

    private string Name => RouteFeeds.RegistryOf(this.GetPrimaryKeyString());

    private PublishedRegistry Registry => registries.Get(Name);

    public async Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default)
    {
        var registry = Registry;
        registry.Workers.Heard(report);
        await WhenNewAsync(registry, report.Has, cancellationToken);
        var (image, delta) = registry.Routes.From(report.Has.Version);
        return image is null ? throw Unavailable(registry) : new RouteFeed(image.Stamp, delta);
    }

    public Task ReportAsync(WorkerReport report)
    {
        Registry.Workers.Heard(report);
        return Task.CompletedTask;
    }

    public Task LeaveAsync(Guid worker)
    {
        Registry.Workers.Left(worker);
        return Task.CompletedTask;
    }

    public Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken = default)
    {
        var registry = Registry;
        return Task.FromResult(registry.Routes.Pages.Page(registry.Routes.Image ?? throw Unavailable(registry), version, offset));
    }

    // The silo takes the version up while it is at it: whoever asks has missed something.
    public async Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default)
    {
        var routes = Registry.Routes;
        try
        {
            var newest = await routes.NewestAsync(cancellationToken).WaitAsync(NewestPatience, clock, cancellationToken);
            if (newest != routes.Image?.Stamp)
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

    public async Task<Convergence> ConvergeAsync(RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var registry = Registry.Routes.Registry;
        var answer = await convergence.WaitAsync(registry, version, waitFor, timeout < LongestWait ? timeout : LongestWait, cancellationToken);
        return answer.Reached || !lifetime.ApplicationStopping.IsCancellationRequested
            ? answer
            : throw Stopping();
    }

    public async Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await locks.FreeAsync(Name, timeout < LongestWait ? timeout : LongestWait, cancellationToken)
        || (lifetime.ApplicationStopping.IsCancellationRequested ? throw Stopping() : false);

    // A worker that was told of a newer version by another silo makes this one look.
    private async Task WhenNewAsync(PublishedRegistry registry, RouteStamp known, CancellationToken cancellationToken)
    {
        if (registry.Routes.Version < known.Version || registry.Routes.Image is null)
        {
            registry.Routes.PollAsync(CancellationToken.None).Ignore();
        }

        var stopping = lifetime.ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.IsCancellationRequested ? default : stopping);
        var waited = Task.Delay(stopping.IsCancellationRequested ? StoppingPause : registry.Workers.LongestWait, clock, ended.Token);
        while (!waited.IsCompleted)
        {
            var changed = registry.Routes.Changed;
            if (registry.Routes.Image is { } image && image.Stamp != known && image.Version >= known.Version)
            {
                break;
            }

            await Task.WhenAny(changed, waited);
        }

        await ended.CancelAsync();
    }

    private static SiloUnavailableException Stopping() => new("This silo stops while somebody waits for others. Another one knows as much: ask again.");

    private static RoutesUnavailableException Unavailable(PublishedRegistry registry) => new(
        $"This silo has no routes of '{registry.Routes.Registry}' yet: {registry.Routes.Problem ?? "it is starting"}. It looks again with every poll.");
}
