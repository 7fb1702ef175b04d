using EndpointSync.Bench.Model;
using EndpointSync.Bench.Reports;

namespace EndpointSync.Bench.Budgets;

/// <summary>The most that something may cost.</summary>
/// <param name="What">What is limited, in words.</param>
/// <param name="AtMost">The limit.</param>
/// <param name="Margin">The share of the limit by which a noisy machine may pass it: 0.2 lets 1.5 be 1.8.</param>
/// <param name="Measure">What was measured, in the unit of the limit; read when the run has ended.</param>
/// <param name="Show">Writes a value for people.</param>
internal sealed record Budget(
    string What, double AtMost, double Margin, Func<double> Measure, Func<double, string> Show)
{
    /// <summary>Whether a slower machine may miss it. That is so for times, but not for ratios and counts.</summary>
    public bool DependsOnMachine { get; private init; }

    /// <summary>
    /// The value that the measure is known to have while the limit is not kept yet; null where it is kept.
    /// </summary>
    public double? Known { get; private init; }

    public BudgetOutcome Outcome => BudgetOutcomes.Classify(Measure(), AtMost, Margin, Known);

    /// <summary>
    /// The same budget as a known miss: the run fails only beyond the known value and the margin. The documentation
    /// gives the reason.
    /// </summary>
    /// <param name="known">The known value of the measure, in the unit of the limit.</param>
    public Budget KnownToCome(double known) => this with { Known = known };

    /// <summary>How many times as long a row may take as another.</summary>
    public static Budget Ratio(
        Row row, Row against, double atMost, double margin, Statistic statistic = Statistic.Median) => new(
        $"{Title(row)}, beside {(row.CaseName == against.CaseName ? against.Name : Title(against))}{Suffix(statistic)}",
        atMost,
        margin,
        () => row.Times.Of(statistic) / against.Times.Of(statistic),
        Figures.Ratio);

    /// <summary>How long a row may take.</summary>
    public static Budget Time(Row row, TimeSpan atMost, double margin, Statistic statistic = Statistic.Median) =>
        new(
            $"{Title(row)}{Suffix(statistic)}", atMost.TotalMicroseconds, margin, () => row.Times.Of(statistic),
            Figures.Time)
        { DependsOnMachine = true };

    /// <summary>How much of a column a row may have.</summary>
    public static Budget Count(Row row, string column, double atMost, double margin = 0) =>
        new(
            $"{Title(row)}, {column}", atMost, margin, () => row.Counts.GetValueOrDefault(column, double.NaN),
            Figures.Count);

    private static string Title(Row row) => $"{row.CaseName}: {row.Name}";

    private static string Suffix(Statistic statistic) => statistic == Statistic.Median ? "" : " (p99)";
}
