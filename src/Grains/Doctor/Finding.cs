namespace EndpointSync.Grains.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Notice,

    /// <summary>Something costs more than it should, or will fail.</summary>
    Warning,

    /// <summary>Something fails.</summary>
    Error,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Check">What was looked at, such as <c>triggers</c>.</param>
/// <param name="Subject">The registry, silo or database that it is about; null for the cluster.</param>
/// <param name="Meaning">What is wrong, and what it leads to.</param>
/// <param name="Cure">What to do, or a statement or command to run; null if there is nothing to do.</param>
internal sealed record Finding(FindingLevel Level, string Check, string? Subject, string Meaning, string? Cure);
