namespace EndpointSync.Wire;

/// <summary>
/// Identifies a route table by version and hash. A version number alone is not enough: after a restored backup, the
/// database reuses numbers that silos and workers already know as other tables.
/// </summary>
internal readonly record struct RouteTableId(
    RouteVersion Version, ContentHash Hash);
