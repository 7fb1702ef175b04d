using EndpointSync.Grains.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Takes up versions for this silo. It starts before the silo is active, so a silo that others can reach has its routes; what was published between
/// its reading and its becoming active comes with the first poll, which follows at once.
/// </summary>
internal sealed partial class RouteTableService(
    GrainId id, Silo silo, ILoggerFactory loggers, PublishedRegistries registries, LocalSubscribers subscribers, IOptions<PublishingOptions> options,
    TimeProvider clock, ILogger<RouteTableService> logger)
    : GrainService(id, silo, loggers), IRouteTableService
{
    public override async Task Start()
    {
        await base.Start();
        using var patience = new CancellationTokenSource(options.Value.StartTimeout, clock);
        await Task.WhenAll(registries.All.Select(registry => LoadAsync(registry.Routes, patience.Token)));
    }

    // The base class logs every change of the ring, which means nothing here.
    public override Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased) => Task.CompletedTask;

    public async Task<RouteVersion> PublishAsync(RoutePublication publication)
    {
        // A registry that only other silos are configured for is none of this one's business.
        if (!registries.TryGet(publication.Registry, out var registry))
        {
            return publication.Version;
        }

        return await OffScheduler.StartAsync(() => registry.Routes.TakeUpAsync(publication, StoppedCancellationTokenSource.Token));
    }

    public Task<SiloReport> SubscribersAsync(string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience) => registries.TryGet(registry, out _)
        ? Task.Run(() => subscribers.WhenServedAsync(registry, version, waitFor, patience, StoppedCancellationTokenSource.Token))
        : Task.FromResult(SiloReport.Nothing);

    public Task HeardOfAsync(string registry, string silo, IReadOnlyList<Subscriber> workers)
    {
        if (registries.TryGet(registry, out var published))
        {
            published.Workers.HeardOf(silo, workers);
        }

        return Task.CompletedTask;
    }

    private async Task LoadAsync(RegistryRoutes routes, CancellationToken patience)
    {
        try
        {
            await routes.CatchUpAsync(patience);
        }
        catch (Exception failure)
        {
            LogNotLoaded(routes.Registry, failure.Message);
        }
    }

    [LoggerMessage(1511, LogLevel.Warning, "This silo starts without the routes of {Registry}: {Reason} Every poll tries again.")]
    private partial void LogNotLoaded(string registry, string reason);
}
