namespace EndpointSync.Publishing;

/// <summary>What a worker says of itself each time it asks for what is new.</summary>
/// <param name="Worker">Names one process from its start to its end.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Version">The version that it serves, as it has found by a request to itself; 0 while it has no routes.</param>
/// <param name="Problem">Why it does not serve a newer version, or cannot serve all of this one.</param>
/// <param name="Has">The table that it has in place, served or not: what is new to it is what differs from that.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.WorkerReport")]
internal sealed record WorkerReport(
    [property: Id(0)] Guid Worker, [property: Id(1)] string Name, [property: Id(2)] RouteVersion Version, [property: Id(3)] string? Problem,
    [property: Id(4)] RouteStamp Has);

/// <summary>What is new to a worker.</summary>
/// <param name="Newest">The silo's table.</param>
/// <param name="Delta">What leads there from the table that the worker has; null if nothing is new or if only a reading in full leads there.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.RouteFeed")]
internal sealed record RouteFeed([property: Id(0)] RouteStamp Newest, [property: Id(1)] RouteDelta? Delta);

/// <summary>Some of a version's routes.</summary>
/// <param name="Version">The version.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Count">How many routes it has in all.</param>
/// <param name="Routes">Those of this page.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.RoutePage")]
internal sealed record RoutePage(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] ContentHash Hash, [property: Id(2)] int Count, [property: Id(3)] IReadOnlyList<PublishedRoute> Routes);
