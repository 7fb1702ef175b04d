using EndpointSync.Wire;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Worker.Dispatch;

/// <summary>The endpoints of one route, one for each of its rules.</summary>
internal sealed class RouteEndpoints(PublishedRoute route, AppTemplate template)
{
    private readonly RouteEndpoint[] _endpoints = [.. route.Rules.Select(rule => template.Endpoint(route, rule))];

    public RouteEndpoint Of(string rule)
    {
        for (var index = 0; index < _endpoints.Length; index++)
        {
            if (route.Rules[index] == rule)
            {
                return _endpoints[index];
            }
        }

        throw new InvalidOperationException($"Route '{route.Key}' has no rule '{rule}'.");
    }
}
