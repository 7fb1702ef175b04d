namespace EndpointSync.Bench.Budgets;

/// <summary>Classifies a value by its limit.</summary>
internal static class BudgetOutcomes
{
    /// <param name="value">What was measured; not a number if nothing was.</param>
    /// <param name="atMost">The limit.</param>
    /// <param name="margin">The share of the limit, and of what is known, that noise may add.</param>
    /// <param name="known">The value that is known to miss the limit; null where the limit is kept.</param>
    public static BudgetOutcome Classify(double value, double atMost, double margin, double? known) =>
        value <= atMost ? BudgetOutcome.Kept
        : value <= atMost * (1 + margin) ? BudgetOutcome.WithinNoise
        : value <= known * (1 + margin) ? BudgetOutcome.KnownMiss
        // Not-a-number compares with nothing, so it counts as missed.
        : BudgetOutcome.Missed;
}
