namespace EndpointSync;

/// <summary>One page of the rules of a version that compete for requests.</summary>
/// <param name="Version">The version.</param>
/// <param name="Overlaps">The pairs of rules.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record OverlapList(RouteVersion Version, IReadOnlyList<RuleOverlap> Overlaps, int? Next);
