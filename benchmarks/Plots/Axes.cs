using OxyPlot;
using OxyPlot.Axes;

namespace EndpointSync.Bench.Plots;

/// <summary>Axes that fit the plotted values.</summary>
internal static class Axes
{
    // Smaller ranges are easier to read on a linear scale.
    private const double LeastLogarithmic = 8;

    private static readonly OxyColor Grid = OxyColor.FromRgb(232, 232, 232);

    /// <summary>An axis of times, in the unit of the longest one, and how many microseconds that is.</summary>
    public static (Axis Axis, double Unit) OfTimes(AxisPosition position, IReadOnlyCollection<double> microseconds)
    {
        var (unit, name) = microseconds.Max() switch
        {
            < 1 => (0.001, "ns"),
            < 2_000 => (1.0, "us"),
            < 2_000_000 => (1_000.0, "ms"),
            _ => (1_000_000.0, "s"),
        };
        return (Of(position, $"time ({name})", [.. microseconds.Select(time => time / unit)], fromZero: true), unit);
    }

    public static Axis OfNumbers(AxisPosition position, string title, IReadOnlyCollection<double> numbers) =>
        Of(position, title, numbers, fromZero: false);

    private static Axis Of(AxisPosition position, string title, IReadOnlyCollection<double> values, bool fromZero)
    {
        var isLogarithmic = values.Min() > 0 && values.Max() / values.Min() >= LeastLogarithmic;
        Axis axis = isLogarithmic
            ? new LogarithmicAxis { Minimum = values.Min() / 1.4, Maximum = values.Max() * 1.4 }
            : new LinearAxis { Minimum = fromZero ? 0 : values.Min() - 1, Maximum = (values.Max() * 1.1) };
        (axis.Position,
            axis.Title, axis.StringFormat) = (position, isLogarithmic ? $"{title}, logarithmic" : title, "#,0.###");
        (axis.MajorGridlineStyle,
            axis.MajorGridlineColor, axis.TicklineColor) = (LineStyle.Solid, Grid, OxyColors.Gray);
        return axis;
    }
}
