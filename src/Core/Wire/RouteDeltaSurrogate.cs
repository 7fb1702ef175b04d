namespace EndpointSync.Wire;

/// <summary>A <see cref="RouteDelta"/> as silos exchange it.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.route-delta")]
internal readonly record struct RouteDeltaSurrogate(
    [property: Id(0)] RouteVersion From, [property: Id(1)] RouteVersion To, [property: Id(2)] ContentHash Hash,
    [property: Id(3)] IReadOnlyList<PublishedChange> Changes);

/// <summary>A <see cref="PublishedChange"/> as silos exchange it.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.published-change")]
internal readonly record struct PublishedChangeSurrogate(
    [property: Id(0)] string Key, [property: Id(1)] PublishedRoute? Route);

/// <summary>Converts a delta for Orleans and back.</summary>
[RegisterConverter]
internal sealed class RouteDeltaConverter
    : IConverter<RouteDelta, RouteDeltaSurrogate>, IConverter<PublishedChange, PublishedChangeSurrogate>
{
    public RouteDelta ConvertFromSurrogate(in RouteDeltaSurrogate surrogate) =>
        new(surrogate.From, surrogate.To, surrogate.Hash, surrogate.Changes);

    public RouteDeltaSurrogate ConvertToSurrogate(in RouteDelta value) =>
        new(value.From, value.To, value.Hash, value.Changes);

    public PublishedChange ConvertFromSurrogate(in PublishedChangeSurrogate surrogate) =>
        new(surrogate.Key, surrogate.Route);

    public PublishedChangeSurrogate ConvertToSurrogate(in PublishedChange value) => new(value.Key, value.Route);
}
