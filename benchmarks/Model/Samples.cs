using System.Diagnostics;

namespace EndpointSync.Bench.Model;

/// <summary>Times of one operation, in microseconds, in the order in which they were measured.</summary>
internal sealed class Samples
{
    private readonly List<double> _microseconds = [];

    public IReadOnlyList<double> Microseconds => _microseconds;

    public int Count => _microseconds.Count;

    /// <summary>Not a number while there are none.</summary>
    public double Median => At(0.5);

    /// <summary>Not a number while there are none; the longest of all where there are fewer than a hundred.</summary>
    public double Percentile99 => At(0.99);

    public double Of(Statistic statistic) => statistic == Statistic.Median ? Median : Percentile99;

    public async Task MeasureAsync(Func<Task> operation)
    {
        var started = Stopwatch.GetTimestamp();
        await operation();
        Add(Stopwatch.GetElapsedTime(started));
    }

    /// <summary>
    /// Adds what operations took that are too short to be measured one by one; they count as one sample.
    /// </summary>
    public void Add(TimeSpan together, long operations = 1) =>
        _microseconds.Add(together.TotalMicroseconds / operations);

    private double At(double quantile) =>
        Count == 0 ? double.NaN : _microseconds.Order().ElementAt((int)(Count * quantile));
}
