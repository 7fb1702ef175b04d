using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EndpointSync.Core;
using EndpointSync.Routing;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Finds the endpoint of a matched rule. Endpoints are made on first use and live as long as their route, across
/// versions.
/// </summary>
/// <param name="worker">The worker of the registry that has the routes.</param>
/// <param name="apps">The templates of the apps' endpoints.</param>
/// <param name="fallback">The template for all other routes; null if they are refused.</param>
internal sealed class SyncedApps(
    RegistryWorker worker, FrozenDictionary<string, AppTemplate> apps, AppTemplate? fallback)
{
    private readonly ConditionalWeakTable<PublishedRoute, RouteEndpoints> _endpoints = [];

    public RegistryWorker Worker => worker;

    public Endpoint EndpointOf(RouteMatch match)
    {
        var route = RouteImage.RouteOf(match.Entry!);
        return (_endpoints.TryGetValue(route, out var endpoints) ? endpoints : _endpoints.GetValue(route, Make))
            .Of(match.Rule!);
    }

    private RouteEndpoints Make(PublishedRoute route)
    {
        var handled = route.App is { } app ? apps.GetValueOrDefault(app) : null;
        return new RouteEndpoints(route, handled ?? fallback ?? AppTemplate.Refusing(route.App));
    }
}
