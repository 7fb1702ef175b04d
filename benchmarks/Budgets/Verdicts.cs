namespace EndpointSync.Bench.Budgets;

/// <summary>Judges a value by its limit.</summary>
internal static class Verdicts
{
    /// <param name="value">What was measured; not a number if nothing was.</param>
    /// <param name="atMost">The limit.</param>
    /// <param name="margin">The share of the limit that noise may add.</param>
    public static Verdict Judge(double value, double atMost, double margin) =>
        value <= atMost ? Verdict.Kept
        : value <= atMost * (1 + margin) ? Verdict.WithinNoise
        // What is not a number compares with nothing, and so is missed.
        : Verdict.Missed;
}
