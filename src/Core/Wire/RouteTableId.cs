namespace EndpointSync.Wire;

/// <summary>
/// Identifies a route table by version and hash. A version number alone is not enough: after a restored backup, the
/// database reuses numbers that silos and workers already know as other tables.
/// </summary>
[GenerateSerializer, Immutable, Alias("endpointsync.route-table-id")]
internal readonly record struct RouteTableId(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] ContentHash Hash);
