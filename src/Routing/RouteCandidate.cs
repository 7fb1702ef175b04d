namespace EndpointSync.Routing;

/// <summary>A rule that answers a request, or might be expected to.</summary>
/// <param name="Kind">Whether it answers, and if not, at what it fails.</param>
/// <param name="Entry">The rule's entry.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Reason">The same for this request, as text.</param>
public sealed record RouteCandidate(RouteCandidateKind Kind, RouteEntry Entry, string Rule, string Reason);
