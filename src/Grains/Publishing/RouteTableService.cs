using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Takes up versions for this silo. It starts before the silo becomes active, so a silo that others can reach has its
/// routes. The first poll follows at once and brings versions published between the first read and the activation.
/// </summary>
internal sealed partial class RouteTableService(
    GrainId id, Silo silo, ILoggerFactory loggers, RegistryMap<PublishedRegistry> registries,
    LocalSubscribers subscribers, AdvertisedUrl url, IOptions<PublishingOptions> options,
    TimeProvider clock, ILogger<RouteTableService> logger)
    : GrainService(id, silo, loggers), IRouteTableService
{
    public override async Task Start()
    {
        await base.Start();
        using var deadline = new CancellationTokenSource(options.Value.StartTimeout, clock);
        await Task.WhenAll(registries.All.Select(registry => LoadAsync(registry.Routes, deadline.Token)));
    }

    // The base class logs every change of the ring, which has no meaning here.
    public override Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased) => Task.CompletedTask;

    public async Task<RouteVersion> PublishAsync(RoutePublication publication)
    {
        // Only other silos are configured for this registry.
        if (!registries.TryGet(publication.Registry, out var registry))
        {
            return publication.Version;
        }

        return await OffScheduler.StartAsync(
            () => registry.Routes.TakeUpAsync(publication, StoppedCancellationTokenSource.Token));
    }

    public Task<SiloReport> SubscribersAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout) => registries.TryGet(registry, out _)
        ? Task.Run(
            () => subscribers.WhenServedAsync(
                registry, version, waitFor, timeout, StoppedCancellationTokenSource.Token))
        : Task.FromResult(SiloReport.Nothing);

    public Task ReportWorkersAsync(string registry, string silo, IReadOnlyList<Subscriber> workers)
    {
        if (registries.TryGet(registry, out var published))
        {
            published.Workers.ReplaceCopies(silo, workers);
        }

        return Task.CompletedTask;
    }

    public Task<string?> HttpUrlAsync() => Task.FromResult(url.Value);

    private async Task LoadAsync(RegistryRoutes routes, CancellationToken deadline)
    {
        try
        {
            await routes.CatchUpAsync(deadline);
        }
        catch (Exception failure)
        {
            LogNotLoaded(routes.Registry, failure.Message);
        }
    }

    [LoggerMessage(
        1511, LogLevel.Warning, "This silo starts without the routes of {Registry}: {Reason} Every poll tries again.")]
    private partial void LogNotLoaded(string registry, LogText reason);
}
