using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether the silo serves every registry's routes. If a registry's newest version cannot be served, the silo keeps
/// serving the version before and is degraded. Without any routes it is not ready.
/// </summary>
internal sealed class RoutesCheck(RegistryMap<PublishedRegistry> registries) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var routes = registries.All.Select(registry => registry.Routes).ToList();
        var data = routes.ToDictionary(
            registry => registry.Registry, object (registry) => StateOf(registry), StringComparer.Ordinal);
        var served = routes.Count(registry => registry.Image is not null);
        var description = $"The routes of {served} of {routes.Count} registries are served.";
        return Task.FromResult(
            (served, routes.Count(registry => registry.Problem is not null || registry.Image is null)) switch
            {
                (_, 0) => HealthCheckResult.Healthy(description, data),
                (0, _) => HealthCheckResult.Unhealthy(description, data: data),
                _ => HealthCheckResult.Degraded(description, data: data),
            });
    }

    private static string StateOf(RegistryRoutes routes) => (routes.Image, routes.Problem) switch
    {
        (null, var problem) => $"no routes yet{(problem is null ? "" : $": {problem}")}",
        (_, null) => $"version {routes.Version}",
        (_, var problem) => $"version {routes.Version}, and no newer one because {problem}",
    };
}
