namespace EndpointSync.Grains.History;

/// <summary>A registry has no such version, or not any more.</summary>
internal sealed class UnknownVersionException(
    string registry, RouteVersion version, RouteVersion? oldest, RouteVersion newest)
    : Exception(
        $"Registry '{registry}' has no version {version}. "
        + (oldest is { } first
            ? $"It keeps versions {first} to {newest}."
            : "It has none but 0, which has no routes."));
