namespace EndpointSync.Grains.Preparation;

/// <summary>Something that a registry's database lacks. Syncs do without; others pay for it.</summary>
/// <param name="Check">What was looked at: <c>triggers</c>, <c>signals</c> or <c>membership</c> of roles.</param>
/// <param name="Meaning">What is missing, and what it leads to.</param>
/// <param name="Cure">Who runs what.</param>
internal sealed record Shortcoming(string Check, string Meaning, string Cure)
{
    public override string ToString() => $"{Meaning} {Cure}";
}
