using System.Diagnostics;
using System.Diagnostics.Metrics;
using EndpointSync.Core;

namespace EndpointSync.Grains.Telemetry;

/// <summary>Counts and times the syncs of this silo, and what follows them. Without a listener it costs next to
/// nothing.</summary>
internal sealed class SyncTelemetry
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = TelemetryNames.Seconds,
    };

    private readonly Counter<long> _reloads;
    private readonly Counter<long> _routeChanges;
    private readonly Counter<long> _polls;
    private readonly Counter<long> _heals;
    private readonly Counter<long> _timeouts;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lockWait;
    private readonly Histogram<double> _lockHold;
    private readonly Histogram<double> _convergence;
    private readonly Histogram<int> _callers;
    private readonly Histogram<int> _roundTrips;

    public SyncTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _reloads = meter.CreateCounter<long>(
            TelemetryNames.Reloads, "{reload}", "Reloads that this silo answered by a sync, each caller once");
        _routeChanges = meter.CreateCounter<long>(
            TelemetryNames.RouteChanges, "{route}", "Routes that versions made here added, changed or removed");
        _polls = meter.CreateCounter<long>(
            TelemetryNames.Polls, "{poll}", "Polls of registries, and whether they found something that was due");
        _heals = meter.CreateCounter<long>(
            TelemetryNames.PollHeals, "{poll}", "Polls that found a version that no message had brought");
        _timeouts = meter.CreateCounter<long>(
            TelemetryNames.ConvergenceTimeouts, "{wait}", "Waits that ended before silos or workers served a version");
        _duration = meter.CreateHistogram(
            TelemetryNames.SyncDuration, "s", "Syncs from their first attempt to their receipt", advice: Seconds);
        _lockWait = meter.CreateHistogram(
            TelemetryNames.LockWait, "s", "Waits for a registry's lock that another process held", advice: Seconds);
        _lockHold = meter.CreateHistogram(
            TelemetryNames.LockHold, "s", "How long syncs held the registry's lock", advice: Seconds);
        _convergence = meter.CreateHistogram(
            TelemetryNames.Convergence, "s", "Waits until silos or workers served a version", advice: Seconds);
        _callers = meter.CreateHistogram<int>(
            TelemetryNames.SyncCallers, "{reload}", "Reloads that shared one sync",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 50, 100, 1_000, 10_000] });
        _roundTrips = meter.CreateHistogram<int>(
            TelemetryNames.SyncRoundTrips, "{command}", "Commands that a sync sent to Postgres",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 6, 8, 12, 16, 24, 50, 100] });
    }

    /// <summary>
    /// Begins the counters of a registry at 0, because a rate over a counter that appears with its first event does not
    /// see that event.
    /// </summary>
    public void Begin(string name)
    {
        var registry = Tag(TelemetryNames.Registry, name);
        foreach (var outcome in Enum.GetNames<ReloadOutcome>())
        {
            _reloads.Add(0, registry, Tag(TelemetryNames.Outcome, outcome));
        }

        foreach (var outcome in Enum.GetNames<PollOutcome>())
        {
            _polls.Add(0, registry, Tag(TelemetryNames.Outcome, outcome));
        }

        _heals.Add(0, registry);
        _timeouts.Add(0, registry, Tag(TelemetryNames.WaitedFor, $"{WaitFor.Silos}"));
        _timeouts.Add(0, registry, Tag(TelemetryNames.WaitedFor, $"{WaitFor.Workers}"));
    }

    /// <summary>Records a sync that has ended.</summary>
    /// <param name="receipt">Its receipt.</param>
    /// <param name="roundTrips">How many commands it sent to Postgres.</param>
    /// <param name="span">Its span; null if nobody traces.</param>
    public void Record(ReloadReceipt receipt, int roundTrips, Activity? span)
    {
        var registry = Tag(TelemetryNames.Registry, receipt.Registry);
        var outcome = Tag(TelemetryNames.Outcome, $"{receipt.Outcome}");
        _reloads.Add(receipt.Callers, registry, outcome);
        _callers.Record(receipt.Callers, registry);
        _duration.Record(receipt.Timings.Total.TotalSeconds, registry, outcome);
        _roundTrips.Record(roundTrips, registry, outcome);
        if (receipt.Timings.LockHeld > TimeSpan.Zero)
        {
            _lockHold.Record(receipt.Timings.LockHeld.TotalSeconds, registry);
        }

        Count(receipt.RoutesAdded, "added", registry);
        Count(receipt.RoutesChanged, "changed", registry);
        Count(receipt.RoutesRemoved, "removed", registry);
        span?.SetTag(TelemetryNames.Outcome, $"{receipt.Outcome}")
            .SetTag(TelemetryNames.Version, receipt.Version.Value)
            .SetTag(TelemetryNames.Callers, receipt.Callers);
        if (receipt.Outcome == ReloadOutcome.Failed)
        {
            span?.SetStatus(ActivityStatusCode.Error, receipt.Problem?.Meaning);
        }
    }

    /// <summary>Records a wait for silos or workers.</summary>
    public void Record(string registry, Convergence convergence)
    {
        var (name, waitedFor) = (
            Tag(TelemetryNames.Registry, registry), Tag(TelemetryNames.WaitedFor, $"{convergence.WaitedFor}"));
        _convergence.Record(
            convergence.Elapsed.TotalSeconds, name, waitedFor, Tag(TelemetryNames.Reached, convergence.Reached));
        _timeouts.Add(convergence.Reached ? 0 : 1, name, waitedFor);
    }

    /// <summary>Records a wait for the lock.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="waited">How long it was.</param>
    /// <param name="becameFree">Whether it ended because the lock was found free.</param>
    public void RecordLockWait(string registry, TimeSpan waited, bool becameFree) => _lockWait.Record(
        waited.TotalSeconds, Tag(TelemetryNames.Registry, registry), Tag(TelemetryNames.Reached, becameFree));

    /// <summary>Records a poll.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="outcome">What it found.</param>
    public void RecordPoll(string registry, PollOutcome outcome) => _polls.Add(
        1, Tag(TelemetryNames.Registry, registry), Tag(TelemetryNames.Outcome, $"{outcome}"));

    /// <summary>Records that a poll brought a version that no message had brought.</summary>
    public void RecordHeal(string registry) => _heals.Add(1, Tag(TelemetryNames.Registry, registry));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private void Count(int routes, string change, KeyValuePair<string, object?> registry)
    {
        if (routes > 0)
        {
            _routeChanges.Add(routes, registry, Tag(TelemetryNames.Change, change));
        }
    }
}
