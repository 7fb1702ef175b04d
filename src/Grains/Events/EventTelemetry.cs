using System.Diagnostics.Metrics;
using EndpointSync.Core;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Events;

/// <summary>Shows how many watch each registry at this silo.</summary>
internal sealed class EventTelemetry(RegistryMap<RegistryEvents> registries, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        meters.Create(TelemetryNames.Source).CreateObservableGauge(
            TelemetryNames.Watchers,
            () => registries.All.Select(one => new Measurement<int>(
                one.Watchers, new KeyValuePair<string, object?>(TelemetryNames.Registry, one.Registry))),
            "{watcher}", "Event streams that are open at this silo");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
