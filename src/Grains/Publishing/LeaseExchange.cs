using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Reports this silo's workers to the other silos: at intervals, and at once when a worker comes or leaves. So the
/// other silos still know the workers of a silo that dies.
/// </summary>
internal sealed partial class LeaseExchange(
    RegistryMap<PublishedRegistry> registries, RouteTableClient silos, ILocalSiloDetails self,
    IOptions<PublishingOptions> options, TimeProvider clock,
    ILogger<LeaseExchange> logger) : BackgroundService
{
    private TimeSpan Interval => options.Value.WorkerLease / 5;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(registries.All.Select(registry => ReportForeverAsync(registry, stoppingToken)));

    private async Task ReportForeverAsync(PublishedRegistry registry, CancellationToken stoppingToken)
    {
        var hadAny = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var workerSetChanged = registry.Workers.WorkerSetChanged;
            var workers = registry.Workers.Own(self.Name);
            if (hadAny || workers.Count > 0)
            {
                await ReportAsync(registry.Routes.Registry, workers);
            }

            hadAny = workers.Count > 0;
            await Task.WhenAny(workerSetChanged, Task.Delay(Interval, clock, stoppingToken));
        }
    }

    private Task ReportAsync(string registry, IReadOnlyList<Subscriber> workers) => Task.WhenAll(
        silos.ActiveSilos.Where(silo => !silo.SiloAddress.Equals(self.SiloAddress)).Select(
            silo => ReportAsync(silo, registry, workers)));

    private async Task ReportAsync(ClusterMember silo, string registry, IReadOnlyList<Subscriber> workers)
    {
        try
        {
            await silos.On(silo.SiloAddress)
                .ReportWorkersAsync(registry, self.Name, workers)
                .WaitAsync(options.Value.Timeout, clock);
        }
        catch (Exception failure)
        {
            LogNotReported(silo.Name, registry, failure.Message);
        }
    }

    [LoggerMessage(
        1523, LogLevel.Debug,
        "Could not report the workers of {Registry} on this silo to silo {Silo}: {Reason} The report is repeated "
        + "soon.")]
    private partial void LogNotReported(string silo, string registry, LogText reason);
}
