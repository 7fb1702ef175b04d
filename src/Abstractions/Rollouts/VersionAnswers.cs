namespace EndpointSync;

/// <summary>How many requests were answered by one version's routes.</summary>
/// <param name="Version">The version.</param>
/// <param name="Requests">All of them.</param>
/// <param name="Misses">Those that no route matched, or none for their method.</param>
/// <param name="Errors">Those that were answered with a status of 500 or more.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.version-answers")]
public sealed record VersionAnswers(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] long Requests, [property: Id(2)] long Misses,
    [property: Id(3)] long Errors);
