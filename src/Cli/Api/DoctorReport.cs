namespace EndpointSync.Cli.Api;

/// <summary>What one silo found out about itself and the databases.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Checks">What it looked at.</param>
/// <param name="Findings">What is not as it should be.</param>
internal sealed record DoctorReport(string Silo, IReadOnlyList<string> Checks, IReadOnlyList<Finding> Findings);

/// <summary>Something that is not as it should be.</summary>
/// <param name="Level">Error, Warning or Notice.</param>
/// <param name="Check">What was looked at.</param>
/// <param name="Subject">A registry, a silo or a database; null if it is the cluster.</param>
/// <param name="Meaning">What is wrong, and what it leads to.</param>
/// <param name="Cure">What to do or run; null if there is nothing to do.</param>
internal sealed record Finding(string Level, string Check, string? Subject, string Meaning, string? Cure);
