using System.Diagnostics.Metrics;
using EndpointSync.Core;

namespace EndpointSync.Grains.Telemetry;

/// <summary>Counts the questions of workers to this silo, and how far they lag behind it.</summary>
internal sealed class FeedTelemetry
{
    private readonly UpDownCounter<long> _questions;
    private readonly Counter<long> _newest;
    private readonly Histogram<double> _lag;

    public FeedTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetryNames.Source);
        _questions = meter.CreateUpDownCounter<long>(
            TelemetryNames.FeedQuestions, "{question}", "Questions for news that this silo holds open");
        _newest = meter.CreateCounter<long>(
            TelemetryNames.FeedNewest, "{query}",
            "Questions for the newest version, which workers ask before they answer 404");
        _lag = meter.CreateHistogram(
            TelemetryNames.WorkersLag, "s",
            "From this silo's swap to a version until a worker reports that it serves it",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = TelemetryNames.Seconds });
    }

    /// <summary>Counts a question as open until the result is disposed.</summary>
    public OpenQuestion Open(string registry)
    {
        _questions.Add(1, Registry(registry));
        return new OpenQuestion(this, registry);
    }

    public void CountNewest(string registry) => _newest.Add(1, Registry(registry));

    public void RecordLag(string registry, TimeSpan lag) => _lag.Record(lag.TotalSeconds, Registry(registry));

    private static KeyValuePair<string, object?> Registry(string name) => new(TelemetryNames.Registry, name);

    /// <summary>A question that is not answered yet.</summary>
    internal readonly struct OpenQuestion(FeedTelemetry telemetry, string registry) : IDisposable
    {
        public void Dispose() => telemetry._questions.Add(-1, Registry(registry));
    }
}
