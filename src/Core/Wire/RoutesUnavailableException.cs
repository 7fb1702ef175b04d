namespace EndpointSync.Wire;

/// <summary>A silo has no routes of a registry yet.</summary>
[GenerateSerializer, Alias("endpointsync.routes-unavailable")]
internal sealed class RoutesUnavailableException(string message) : Exception(message);
