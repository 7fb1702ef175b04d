using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Tells the other silos which workers this one hears from: now and then, and at once when a worker comes or leaves. So a silo that dies does not
/// take with it the knowledge of who has to be waited for.
/// </summary>
internal sealed partial class LeaseExchange(
    PublishedRegistries registries, RouteTableClient silos, ILocalSiloDetails self, IOptions<PublishingOptions> options, TimeProvider clock,
    ILogger<LeaseExchange> logger) : BackgroundService
{
    private TimeSpan Interval => options.Value.WorkerLease / 5;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(registries.All.Select(registry => TellForeverAsync(registry, stoppingToken)));

    private async Task TellForeverAsync(PublishedRegistry registry, CancellationToken stoppingToken)
    {
        var hadAny = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var cameOrLeft = registry.Workers.CameOrLeft;
            var workers = registry.Workers.Own(self.Name);
            if (hadAny || workers.Count > 0)
            {
                await TellAsync(registry.Routes.Registry, workers);
            }

            hadAny = workers.Count > 0;
            await Task.WhenAny(cameOrLeft, Task.Delay(Interval, clock, stoppingToken));
        }
    }

    private Task TellAsync(string registry, IReadOnlyList<Subscriber> workers) => Task.WhenAll(
        silos.ActiveSilos.Where(silo => !silo.SiloAddress.Equals(self.SiloAddress)).Select(silo => TellAsync(silo, registry, workers)));

    private async Task TellAsync(ClusterMember silo, string registry, IReadOnlyList<Subscriber> workers)
    {
        try
        {
            await silos.On(silo.SiloAddress).HeardOfAsync(registry, self.Name, workers).WaitAsync(options.Value.Timeout, clock);
        }
        catch (Exception failure)
        {
            LogNotTold(silo.Name, registry, failure.Message);
        }
    }

    [LoggerMessage(1523, LogLevel.Debug, "Silo {Silo} could not be told which workers of {Registry} this silo hears from: {Reason} It is told again soon.")]
    private partial void LogNotTold(string silo, string registry, string reason);
}
