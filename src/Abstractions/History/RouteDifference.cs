namespace EndpointSync;

/// <summary>A route that differs between two versions.</summary>
/// <param name="Key">The key of the route.</param>
/// <param name="Before">The route in the first version; null if it has none with this key.</param>
/// <param name="After">The route in the second version; null if it has none with this key.</param>
public sealed record RouteDifference(string Key, RouteView? Before, RouteView? After);
