namespace EndpointSync.Routing;

/// <summary>Two rules of which the first takes requests that the second could also answer.</summary>
/// <param name="Kind">How the rules conflict.</param>
/// <param name="First">The entry of the rule that is tried first.</param>
/// <param name="FirstRule">The rule that is tried first.</param>
/// <param name="Second">The entry of the rule that is tried later; it may be the same entry.</param>
/// <param name="SecondRule">The rule that is tried later.</param>
/// <param name="Methods">
/// The methods that both answer, in alphabetical order; empty if both answer every method.
/// </param>
public sealed record RouteOverlap(
    RouteOverlapKind Kind, RouteEntry First, string FirstRule, RouteEntry Second, string SecondRule,
    IReadOnlyList<string> Methods);
