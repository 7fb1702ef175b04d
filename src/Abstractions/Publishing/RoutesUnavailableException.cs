namespace EndpointSync.Publishing;

/// <summary>A silo has no routes of a registry yet.</summary>
[GenerateSerializer, Alias("EndpointSync.RoutesUnavailableException")]
internal sealed class RoutesUnavailableException(string message) : Exception(message);
