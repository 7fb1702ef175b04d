namespace EndpointSync;

/// <summary>The route table of the newest version.</summary>
/// <param name="Version">The version that the routes belong to.</param>
/// <param name="Routes">Its routes, in the order of their keys.</param>
public sealed record RouteList(RouteVersion Version, IReadOnlyList<RouteView> Routes);
