using System.Diagnostics.Metrics;
using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Grains.Telemetry;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Shows the state of each registry to whoever collects metrics: what this silo serves and to whom, and what its last
/// poll read from the database. Collecting reads no database.
/// </summary>
internal sealed class RegistryGauges(
    RegistryMap<Registry> registries, RegistryMap<PublishedRegistry> published, LockWatch locks,
    SyncTelemetry telemetry, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var registry in registries.All)
        {
            telemetry.Begin(registry.Name);
        }

        var meter = meters.Create(TelemetryNames.Source);
        Served(meter, TelemetryNames.ServedVersion, "{version}", "The version that this silo serves",
            one => one.Routes.Version.Value);
        Served(meter, TelemetryNames.Routes, "{route}", "The routes of that version",
            one => one.Routes.Image?.Table.Count ?? 0);
        Served(meter, TelemetryNames.Workers, "{worker}", "Workers that ask this silo", one => one.Workers.Count);
        Served(meter, TelemetryNames.WorkersBehind, "{worker}", "Those of them that do not serve its version",
            one => one.Workers.CountBehind(one.Routes.VersionOf));
        Read(meter, TelemetryNames.NewestVersion, "{version}", "The newest version", facts => facts.Version);
        Read(meter, TelemetryNames.Quarantine, "{endpoint}", "Endpoints that cannot be routed",
            facts => facts.Quarantined);
        Read(meter, TelemetryNames.RepairBackoffs, "{endpoint}",
            "Endpoints whose repairs another writer keeps undoing", facts => facts.Backoffs);
        Read(meter, TelemetryNames.History, "{version}", "Versions that are kept", facts => facts.Versions);
        Read(meter, TelemetryNames.PendingSyncs, "{sync}", "Reloads whose sync is still due",
            facts => facts.PendingSyncs);
        Read(meter, TelemetryNames.Pinned, "1", "1 while the registry is pinned",
            facts => facts.PinnedTo is null ? 0 : 1);
        Read(meter, TelemetryNames.TriggersMissing, "{registry}",
            "1 where triggers are missing that record other writers' changes, otherwise 0",
            facts => facts.IsTracked ? 0 : 1);
        meter.CreateObservableGauge(
            TelemetryNames.LockHeld,
            () => locks.Holds.Select(hold => new Measurement<double>(
                hold.Held.TotalSeconds, KeyValuePair.Create<string, object?>(TelemetryNames.Registry, hold.Registry))),
            "s", "How long the registry's lock was held at the last check; 0 if it was free");
        meter.CreateObservableCounter(
            TelemetryNames.ForeignWrites, WritesOfAll, "{statement}",
            "Statements of other writers that changed routes");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Served(
        Meter meter, string name, string unit, string description, Func<PublishedRegistry, long> value) =>
        meter.CreateObservableGauge(
            name, () => published.All.Select(one => Measure(value(one), one.Routes.Registry)), unit, description);

    // A registry that was not polled yet has no value, rather than a wrong one.
    private void Read(Meter meter, string name, string unit, string description, Func<RegistryFacts, long> value) =>
        meter.CreateObservableGauge(
            name, () => Known().Select(one => Measure(value(one.Facts), one.Registry)), unit, description);

    private IEnumerable<Measurement<long>> WritesOfAll() => Known().SelectMany(one => new[]
    {
        Measure(one.Facts.UnlockedWrites, one.Registry, Locked(false)),
        Measure(one.Facts.ForeignWrites - one.Facts.UnlockedWrites, one.Registry, Locked(true)),
    });

    private static KeyValuePair<string, object?> Locked(bool isLocked) => new(TelemetryNames.Locked, isLocked);

    private IEnumerable<(string Registry, RegistryFacts Facts)> Known() =>
        from registry in registries.All
        let facts = registry.Status.Facts
        where facts is not null
        select (registry.Name, facts);

    private static Measurement<long> Measure(
        long value, string registry, params IEnumerable<KeyValuePair<string, object?>> tags) =>
        new(value, tags.Prepend(new KeyValuePair<string, object?>(TelemetryNames.Registry, registry)));
}
