using EndpointSync.Bench.Budgets;

namespace EndpointSync.Bench.Reports;

/// <summary>The outcome of budgets, one line for each.</summary>
internal static class BudgetList
{
    public static string Of(IEnumerable<Budget> budgets) => string.Join(Environment.NewLine, budgets.Select(Line));

    public static string Line(Budget budget) =>
        $"{Word(budget.Outcome),-6}  {budget.What}: {budget.Show(budget.Measure())}, "
        + $"at most {budget.Show(budget.AtMost)}"
        + (budget.Margin > 0 ? FormattableString.Invariant($" (noise margin {budget.Margin:P0})") : "")
        + (budget.Outcome == BudgetOutcome.KnownMiss ? $", known to come to {budget.Show(budget.Known!.Value)}" : "");

    private static string Word(BudgetOutcome outcome) => outcome switch
    {
        BudgetOutcome.Kept => "kept",
        BudgetOutcome.WithinNoise => "noise",
        BudgetOutcome.KnownMiss => "known",
        _ => "MISSED",
    };
}
