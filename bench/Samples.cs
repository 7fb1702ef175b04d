using System.Diagnostics;

namespace EndpointSync.Bench;

/// <summary>Times of one operation, in microseconds.</summary>
internal sealed class Samples(string name)
{
    private readonly List<double> _times = [];

    public string Name { get; } = name;

    public int Count => _times.Count;

    public double Median => At(0.5);

    public double Percentile99 => At(0.99);

    public async Task MeasureAsync(Func<Task> operation)
    {
        var started = Stopwatch.GetTimestamp();
        await operation();
        Add(Stopwatch.GetElapsedTime(started));
    }

    public void Add(TimeSpan time) => _times.Add(time.TotalMicroseconds);

    /// <summary>A line of a table; the ratio is that of the medians.</summary>
    public string Against(Samples floor) =>
        FormattableString.Invariant($"{Name,-42} {Median,9:0} us {Percentile99,9:0} us {Median / floor.Median,7:0.0} x");

    private double At(double quantile) => _times.Order().ElementAt((int)(_times.Count * quantile));
}
