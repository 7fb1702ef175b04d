namespace EndpointSync;

/// <summary>One page of the routes of a version.</summary>
/// <param name="Version">The version that the routes belong to.</param>
/// <param name="Routes">The routes, in the order of their keys.</param>
/// <param name="Next">
/// The cursor of the next page; null if this is the last. Ask for the next page of the same version, because there may
/// be a newer one by then.
/// </param>
public sealed record RouteList(RouteVersion Version, IReadOnlyList<RouteView> Routes, string? Next);
