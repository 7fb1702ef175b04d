namespace EndpointSync.Bench.Budgets;

/// <summary>Judges a value by its limit.</summary>
internal static class Verdicts
{
    /// <param name="value">What was measured; not a number if nothing was.</param>
    /// <param name="atMost">The limit.</param>
    /// <param name="margin">The share of the limit, and of what is known, that noise may add.</param>
    /// <param name="known">What it comes to where the limit is known not to be kept.</param>
    public static Verdict Judge(double value, double atMost, double margin, double? known) =>
        value <= atMost ? Verdict.Kept
        : value <= atMost * (1 + margin) ? Verdict.WithinNoise
        : value <= known * (1 + margin) ? Verdict.KnownMiss
        // What is not a number compares with nothing, and so is missed.
        : Verdict.Missed;
}
