namespace EndpointSync;

/// <summary>One page of what differs between two versions, in the order of the keys.</summary>
/// <param name="From">The first version.</param>
/// <param name="To">The second version. It may be the older one.</param>
/// <param name="Changes">The routes that differ.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record RouteDiff(
    RouteVersion From, RouteVersion To, IReadOnlyList<RouteDifference> Changes, string? Next);
