namespace EndpointSync.Wire;

/// <summary>
/// The identities of grains on the wire. They never change, even when a class or its namespace is renamed.
/// </summary>
internal static class GrainTypes
{
    public const string Coordinator = "endpointsync.coordinator";
    public const string GatewayEntry = "endpointsync.gateway-entry";
}
