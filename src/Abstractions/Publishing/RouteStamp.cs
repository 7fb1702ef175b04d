namespace EndpointSync.Publishing;

/// <summary>
/// Which table a version is. A number alone does not say so for ever: after a backup was restored, the database gives out numbers again that
/// silos and workers know as other tables.
/// </summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.RouteStamp")]
internal readonly record struct RouteStamp([property: Id(0)] RouteVersion Version, [property: Id(1)] ContentHash Hash);
