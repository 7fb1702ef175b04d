namespace EndpointSync;

/// <summary>
/// A <see cref="RouteVersion"/> as grains exchange it. The type itself belongs to workers too, which know nothing of
/// Orleans.
/// </summary>
[GenerateSerializer, Immutable, Alias("endpointsync.route-version")]
internal readonly record struct RouteVersionSurrogate([property: Id(0)] long Value);

/// <summary>Converts a version for Orleans and back.</summary>
[RegisterConverter]
internal sealed class RouteVersionConverter : IConverter<RouteVersion, RouteVersionSurrogate>
{
    public RouteVersion ConvertFromSurrogate(in RouteVersionSurrogate surrogate) => new(surrogate.Value);

    public RouteVersionSurrogate ConvertToSurrogate(in RouteVersion value) => new(value.Value);
}
