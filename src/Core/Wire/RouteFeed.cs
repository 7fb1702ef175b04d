namespace EndpointSync.Wire;

/// <summary>What a worker reports about itself with every poll.</summary>
/// <param name="Worker">Identifies one process from its start to its end.</param>
/// <param name="Name">The worker's display name.</param>
/// <param name="Version">
/// The version that the worker serves, confirmed by a request to itself; 0 while it has no routes.
/// </param>
/// <param name="Problem">Why the worker does not serve a newer version, or cannot serve all of this one.</param>
/// <param name="Has">
/// The table that the worker has, confirmed or not. The silo answers with what differs from it.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.worker-report")]
internal sealed record WorkerReport(
    [property: Id(0)] Guid Worker, [property: Id(1)] string Name, [property: Id(2)] RouteVersion Version,
    [property: Id(3)] string? Problem,
    [property: Id(4)] RouteTableId Has);

/// <summary>What is new to a worker.</summary>
/// <param name="Newest">The silo's table.</param>
/// <param name="Delta">
/// The changes from the worker's table to the silo's; null if nothing is new, or if the worker must read the version in
/// full.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.route-feed-answer")]
internal sealed record RouteFeed([property: Id(0)] RouteTableId Newest, [property: Id(1)] RouteDelta? Delta);

/// <summary>Some of a version's routes.</summary>
/// <param name="Version">The version.</param>
/// <param name="Hash">The version's hash.</param>
/// <param name="Count">How many routes the version has in total.</param>
/// <param name="Routes">The routes of this page.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.route-page")]
internal sealed record RoutePage(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] ContentHash Hash, [property: Id(2)] int Count,
    [property: Id(3)] IReadOnlyList<PublishedRoute> Routes);
