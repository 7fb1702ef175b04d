using System.Globalization;

namespace EndpointSync.Bench.Reports;

/// <summary>Values as people read them.</summary>
internal static class Figures
{
    /// <param name="microseconds">The time; not a number where none was measured.</param>
    public static string Time(double microseconds) => microseconds switch
    {
        double.NaN => "-",
        < 1 => Digits(microseconds * 1000) + " ns",
        < 1_000 => Digits(microseconds) + " us",
        < 1_000_000 => Digits(microseconds / 1_000) + " ms",
        _ => Digits(microseconds / 1_000_000) + " s",
    };

    public static string Ratio(double ratio) => ratio switch
    {
        double.NaN => "-",
        < 0.001 => "<0.001 x",
        _ => Digits(ratio) + " x",
    };

    public static string Count(double count) =>
        count.ToString(count == Math.Truncate(count) ? "N0" : "0.##", CultureInfo.InvariantCulture);

    // Three digits that count.
    private static string Digits(double value) => value.ToString(
        value switch
        {
            < 1 => "0.###",
            < 10 => "0.00",
            < 100 => "0.0",
            _ => "N0",
        },
        CultureInfo.InvariantCulture);
}
