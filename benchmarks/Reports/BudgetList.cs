using EndpointSync.Bench.Budgets;

namespace EndpointSync.Bench.Reports;

/// <summary>What became of budgets, a line for each.</summary>
internal static class BudgetList
{
    public static string Of(IEnumerable<Budget> budgets) => string.Join(Environment.NewLine, budgets.Select(Line));

    public static string Line(Budget budget) =>
        $"{Word(budget.Verdict),-6}  {budget.What}: {budget.Show(budget.Measure())}, at most {budget.Show(budget.AtMost)}"
        + (budget.Margin > 0 ? FormattableString.Invariant($" (noise margin {budget.Margin:P0})") : "")
        + (budget.Verdict == Verdict.KnownMiss ? $", known to come to {budget.Show(budget.Known!.Value)}" : "");

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Kept => "kept",
        Verdict.WithinNoise => "noise",
        Verdict.KnownMiss => "known",
        _ => "MISSED",
    };
}
