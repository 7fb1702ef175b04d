using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EndpointSync.Publishing;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>Finds the endpoint for a matched rule. Endpoints are made when they are first needed and live as long as their route, whatever versions come.</summary>
/// <param name="apps">What the apps' endpoints are made of.</param>
/// <param name="fallback">What those of all others are made of; null if they are refused.</param>
internal sealed class SyncedApps(FrozenDictionary<string, AppTemplate> apps, AppTemplate? fallback)
{
    private readonly ConditionalWeakTable<PublishedRoute, RouteEndpoints> _endpoints = [];

    public Endpoint EndpointOf(RouteMatch match)
    {
        var route = RouteImage.RouteOf(match.Entry!);
        return (_endpoints.TryGetValue(route, out var endpoints) ? endpoints : _endpoints.GetValue(route, Make)).Of(match.Rule!);
    }

    private RouteEndpoints Make(PublishedRoute route)
    {
        var handled = route.App is { } app ? apps.GetValueOrDefault(app) : null;
        return new RouteEndpoints(route, handled ?? fallback ?? AppTemplate.Refusing(route.App));
    }
}
