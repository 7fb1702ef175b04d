namespace EndpointSync;

/// <summary>The version that a rollback replaced.</summary>
/// <param name="Version">The version.</param>
/// <param name="PublishedAt">When it was committed, by the database's clock.</param>
/// <param name="ServedFor">
/// How long it was served: from its commit until every silo and worker served the new version; null as long as that is
/// not known.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.replaced-version")]
public sealed record ReplacedVersion(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] DateTimeOffset PublishedAt,
    [property: Id(2)] TimeSpan? ServedFor = null);
