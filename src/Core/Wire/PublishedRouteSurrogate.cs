namespace EndpointSync.Wire;

/// <summary>A <see cref="PublishedRoute"/> as silos exchange it. The id of a field never changes.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.published-route")]
internal readonly record struct PublishedRouteSurrogate(
    [property: Id(0)] string Key, [property: Id(1)] IReadOnlyList<string> Rules,
    [property: Id(2)] IReadOnlyList<string> Methods, [property: Id(3)] string? App,
    [property: Id(4)] ContentHash Hash, [property: Id(5)] string? Problem);

/// <summary>Converts a route for Orleans and back.</summary>
[RegisterConverter]
internal sealed class PublishedRouteConverter : IConverter<PublishedRoute, PublishedRouteSurrogate>
{
    public PublishedRoute ConvertFromSurrogate(in PublishedRouteSurrogate surrogate) => new()
    {
        Key = surrogate.Key,
        Rules = surrogate.Rules,
        Methods = surrogate.Methods,
        App = surrogate.App,
        Hash = surrogate.Hash,
        Problem = surrogate.Problem,
    };

    public PublishedRouteSurrogate ConvertToSurrogate(in PublishedRoute value) =>
        new(value.Key, value.Rules, value.Methods, value.App, value.Hash, value.Problem);
}
