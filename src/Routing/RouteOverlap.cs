namespace EndpointSync.Routing;

/// <summary>Two rules of which the first takes requests that the second could answer as well.</summary>
/// <param name="Kind">How they get in each other's way.</param>
/// <param name="First">The entry of the rule that goes first.</param>
/// <param name="FirstRule">That rule.</param>
/// <param name="Second">The entry of the rule that comes after; it may be the same entry.</param>
/// <param name="SecondRule">That rule.</param>
/// <param name="Methods">The methods that both answer, in alphabetical order; empty if both answer every method.</param>
public sealed record RouteOverlap(
    RouteOverlapKind Kind, RouteEntry First, string FirstRule, RouteEntry Second, string SecondRule, IReadOnlyList<string> Methods);
