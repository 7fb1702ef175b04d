namespace EndpointSync;

/// <summary>Two rules of which the first takes requests that the second could also answer.</summary>
/// <param name="Kind">
/// <c>Duplicate</c>: the second never answers the shared methods. <c>Ambiguous</c>: only the order of their keys
/// decides which is tried first.
/// </param>
/// <param name="FirstKey">The key of the route that is tried first.</param>
/// <param name="FirstRule">Its rule.</param>
/// <param name="SecondKey">The key of the other route.</param>
/// <param name="SecondRule">Its rule.</param>
/// <param name="Methods">The methods that both answer, in alphabetical order; empty for all.</param>
public sealed record RuleOverlap(
    string Kind, string FirstKey, string FirstRule, string SecondKey, string SecondRule,
    IReadOnlyList<string> Methods);
