namespace EndpointSync;

/// <summary>A rule that answers a request, or might be expected to.</summary>
/// <param name="Kind">
/// <c>Answers</c>, or at what it fails: <c>OtherMethod</c>, <c>RefusedValue</c>, <c>Later</c> (another rule is tried
/// before it) or <c>OtherPath</c> (it does not match).
/// </param>
/// <param name="Key">The key of its route.</param>
/// <param name="Rule">The rule.</param>
/// <param name="App">The application of its endpoint; null for another consumer's route.</param>
/// <param name="Reason">The same for this request, as text.</param>
public sealed record ExplainedRule(string Kind, string Key, string Rule, string? App, string Reason);
