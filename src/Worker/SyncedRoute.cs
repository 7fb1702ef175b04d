using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker;

/// <summary>The route that matched a request, and the version of its table.</summary>
/// <param name="Version">The version.</param>
/// <param name="Key">The key of the route's row.</param>
/// <param name="Rule">The Werkzeug rule.</param>
/// <param name="App">The app of the endpoint that declares the route; null for a route of another consumer.</param>
public sealed record SyncedRoute(RouteVersion Version, string Key, string Rule, string? App);

/// <summary>Access to a request's synced route.</summary>
public static class SyncedRouteAccess
{
    /// <summary>The synced route that answers the request; null if another endpoint or none answers it.</summary>
    /// <param name="http">The request.</param>
    public static SyncedRoute? GetSyncedRoute(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var metadata = http.GetEndpoint()?.Metadata.GetMetadata<SyncedRouteMetadata>();
        return metadata is not null && http.Features.Get<Dispatch.Decision>() is { } decision
            ? new SyncedRoute(decision.Routes.Version, metadata.Key, metadata.Rule, metadata.App)
            : null;
    }
}
