using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Reports;

/// <summary>A case in a result file.</summary>
internal sealed record CaseResult(string Name, double? Number, IReadOnlyList<RowResult> Rows);

/// <summary>A row in a result file; times are in microseconds.</summary>
internal sealed record RowResult(
    string Name, Role Role, double Median, double Percentile99, IReadOnlyDictionary<string, double> Counts,
    IReadOnlyList<double> Samples);

/// <summary>A budget in a result file; a limit of a time is in microseconds.</summary>
internal sealed record BudgetResult(
    string What, double Measured, double AtMost, double Margin, BudgetOutcome Outcome);
