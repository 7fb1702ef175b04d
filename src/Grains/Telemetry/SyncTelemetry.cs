using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EndpointSync.Grains.Telemetry;

/// <summary>Counts and times the syncs of this silo, and what follows them. Without a listener it costs next to
/// nothing.</summary>
internal sealed class SyncTelemetry
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly Counter<long> _reloads;
    private readonly Counter<long> _routeChanges;
    private readonly Counter<long> _polls;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lockHold;
    private readonly Histogram<double> _convergence;
    private readonly Histogram<int> _callers;

    public SyncTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _reloads = meter.CreateCounter<long>(
            TelemetryNames.Reloads, "{reload}", "Reloads that this silo answered by a sync, each caller once");
        _routeChanges = meter.CreateCounter<long>(
            TelemetryNames.RouteChanges, "{route}", "Routes that versions made here added, changed or removed");
        _polls = meter.CreateCounter<long>(
            TelemetryNames.Polls, "{poll}", "Polls of registries, and whether they found something that was due");
        _duration = meter.CreateHistogram(
            TelemetryNames.SyncDuration, "s", "Syncs from their first attempt to their receipt", advice: Seconds);
        _lockHold = meter.CreateHistogram(
            TelemetryNames.LockHold, "s", "How long syncs held the registry's lock", advice: Seconds);
        _convergence = meter.CreateHistogram(
            TelemetryNames.Convergence, "s", "Waits until silos or workers served a version", advice: Seconds);
        _callers = meter.CreateHistogram<int>(
            TelemetryNames.SyncCallers, "{reload}", "Reloads that shared one sync",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 50, 100, 1_000, 10_000] });
    }

    /// <summary>Begins the span of a sync; null if nobody traces.</summary>
    public static Activity? StartSync(string registry)
    {
        var activity = Source.StartActivity("sync");
        activity?.SetTag(TelemetryNames.Registry, registry);
        return activity;
    }

    /// <summary>Records a sync that has ended.</summary>
    public void Record(ReloadReceipt receipt, Activity? activity)
    {
        var registry = Tag(TelemetryNames.Registry, receipt.Registry);
        var outcome = Tag(TelemetryNames.Outcome, $"{receipt.Outcome}");
        _reloads.Add(receipt.Callers, registry, outcome);
        _callers.Record(receipt.Callers, registry);
        _duration.Record(receipt.Timings.Total.TotalSeconds, registry, outcome);
        if (receipt.Timings.LockHeld > TimeSpan.Zero)
        {
            _lockHold.Record(receipt.Timings.LockHeld.TotalSeconds, registry);
        }

        Count(receipt.RoutesAdded, "added", registry);
        Count(receipt.RoutesChanged, "changed", registry);
        Count(receipt.RoutesRemoved, "removed", registry);
        activity?.SetTag(TelemetryNames.Outcome, $"{receipt.Outcome}")
            .SetTag(TelemetryNames.Version, receipt.Version.Value)
            .SetTag(TelemetryNames.Callers, receipt.Callers);
        if (receipt.Outcome == ReloadOutcome.Failed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, receipt.Problem?.Meaning);
        }
    }

    /// <summary>Records a wait for silos or workers.</summary>
    public void Record(string registry, Convergence convergence) => _convergence.Record(
        convergence.Elapsed.TotalSeconds, Tag(TelemetryNames.Registry, registry),
        Tag(TelemetryNames.WaitedFor, $"{convergence.WaitedFor}"), Tag(TelemetryNames.Reached, convergence.Reached));

    /// <summary>Records a poll.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="outcome">What it found.</param>
    public void RecordPoll(string registry, PollOutcome outcome) => _polls.Add(
        1, Tag(TelemetryNames.Registry, registry), Tag(TelemetryNames.Outcome, $"{outcome}"));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private void Count(int routes, string change, KeyValuePair<string, object?> registry)
    {
        if (routes > 0)
        {
            _routeChanges.Add(routes, registry, Tag(TelemetryNames.Change, change));
        }
    }
}
