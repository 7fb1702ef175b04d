namespace EndpointSync.Wire;

/// <summary>Who a client of the grains is, as its connection to a gateway shows.</summary>
/// <param name="Principal"><c>client:</c> and the name in its certificate; <c>client</c> without TLS.</param>
/// <param name="Address">Its IP address; null if that is unknown.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.connected-client")]
internal sealed record ConnectedClient([property: Id(0)] string Principal, [property: Id(1)] string? Address);
