namespace EndpointSync.Wire;

/// <summary>A <see cref="ContentHash"/> as silos exchange it.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.content-hash")]
internal readonly record struct ContentHashSurrogate([property: Id(0)] UInt128 High, [property: Id(1)] UInt128 Low);

/// <summary>Converts a hash for Orleans and back.</summary>
[RegisterConverter]
internal sealed class ContentHashConverter : IConverter<ContentHash, ContentHashSurrogate>
{
    public ContentHash ConvertFromSurrogate(in ContentHashSurrogate surrogate) => new(surrogate.High, surrogate.Low);

    public ContentHashSurrogate ConvertToSurrogate(in ContentHash value) => new(value.High, value.Low);
}
