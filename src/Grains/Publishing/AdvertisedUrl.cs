namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Where workers reach this silo over HTTP. The host sets it when its server listens; a host without the HTTP API never
/// does.
/// </summary>
internal sealed class AdvertisedUrl
{
    private volatile string? _value;

    /// <summary>The URL, with a slash at its end; null while it is unknown.</summary>
    public string? Value
    {
        get => _value;
        set => _value = value;
    }
}
