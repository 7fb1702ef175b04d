namespace EndpointSync.Publishing;

/// <summary>Routes do not fit the version that they are said to be of.</summary>
internal sealed class RouteImageException(string message) : Exception(message);
