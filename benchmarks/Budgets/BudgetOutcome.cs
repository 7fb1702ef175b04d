namespace EndpointSync.Bench.Budgets;

/// <summary>The outcome of a budget.</summary>
internal enum BudgetOutcome
{
    Kept,

    /// <summary>Passed by no more than its margin.</summary>
    WithinNoise,

    /// <summary>Passed by more than its margin, and by no more than is known.</summary>
    KnownMiss,

    /// <summary>Passed by more than its margin and than is known, or not measured.</summary>
    Missed,
}
